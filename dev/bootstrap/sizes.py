"""How large files, classes and functions may be: the limits of the house style."""

import ast

FILE_LINES = 400
FUNCTION_LINES = 50
CLASS_METHODS = 30
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def too_large(folder):
    """Return a line for each thing in Python files that is over a limit.

    :param Path folder: the addon
    :rtype: list[str]
    """
    found = []
    for path in sorted(folder.rglob("*.py")):
        name, text = path.relative_to(folder), path.read_text()
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            found.append(f"{name}: {lines} lines, more than {FILE_LINES}")
        found += [f"{name}:{line}" for line in _inside(ast.parse(text))]
    return found


def _inside(tree):
    """Yield what is too large in one module, beginning with its line number."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.lineno}: {node.name} has {lines} lines, more than {FUNCTION_LINES}"
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(part, FUNCTIONS) for part in node.body)
            if methods > CLASS_METHODS:
                yield f"{node.lineno}: {node.name} has {methods} methods, more than {CLASS_METHODS}"
