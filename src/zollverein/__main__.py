"""Run the command line with ``python -m zollverein``."""

import sys

from zollverein.cli import main

sys.exit(main())
