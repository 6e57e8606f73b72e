"""`python -m dutyrules` is the `dutyrules` command."""

import sys

from dutyrules.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
