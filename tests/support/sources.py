"""The files of the addon, for tests that read code."""

import ast
from pathlib import Path

ADDON = Path(__file__).parents[2]
FOLDERS = {"models": 150, "wizards": 10, "controllers": 3, "report": 1, "engine": 20}


def get_sources(*folders):
    """Return the Python files of some folders, however deep: a name and the text of each.

    :raise AssertionError: a folder has fewer files than it has had for long; a test that looks at
        nothing would stay green
    """
    found = []
    for folder in folders:
        paths = [path for path in sorted((ADDON / folder).rglob("*.py")) if path.stem != "__init__"]
        if len(paths) < FOLDERS[folder]:
            raise AssertionError(f"Only {len(paths)} files in {folder}")
        found += [(str(path.relative_to(ADDON)), path.read_text()) for path in paths]
    return found


def get_nodes(*folders):
    """Return every node of the syntax of some folders, with its place as file and line."""
    return [
        (f"{name}:{getattr(node, 'lineno', 0)}", node)
        for name, text in get_sources(*folders)
        for node in ast.walk(ast.parse(text))
    ]
