"""Pages become PDF here, apart from everything else: `portal.press.client` asks, `python -m portal.press` prints.

The press is one process that has WeasyPrint and the fonts ready, and forks for each document. It gets the page and no
more: no environment, so no secret; no address, so no database and no file store; and it fetches nothing.
"""
