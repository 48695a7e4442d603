"""Lets `python -m oneiro` be `oneiro`."""

from oneiro.cli import main

if __name__ == "__main__":
    main()
