"""`python -m portal.press`: see `portal.press.printer`."""

from portal.press.printer import main

if __name__ == "__main__":
    main()
