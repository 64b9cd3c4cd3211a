"""Work on what strangers wrote, apart from everything else.

A workshop is one process that has its libraries ready and forks for each order. It gets a number and a file and no
more: no environment, so no secret; no address, so no database and no file store. `workshop` is what runs inside,
`client` asks from outside.
"""
