"""Read which room of ``models/`` calls, extends or reads which, by names alone."""

import ast
from collections import defaultdict
from typing import NamedTuple

SILENT = frozenset({"checks"})  # rooms that nobody calls
OUTSIDE = ("wizards", "controllers")  # they call any room, no room calls them
# Names of ours that core has on other models too, so that they tell nothing of a room.
COMMON = frozenset(
    {
        "commercial_partner_id",
        "company_currency_id",
        "country_id",
        "line_ids",
        "order_id",
        "order_ids",
        "partner_id",
        "segment_ids",
        "team_id",
        "view_mode",
    }
)


class Definition(NamedTuple):
    """One method or field of one class of a room."""

    room: str
    place: str
    calls_super: bool
    doc: str


class Reference(NamedTuple):
    """One name that a file uses, and the room that defines it."""

    place: str
    name: str
    room: str
    to: str


class Rooms:
    """What stands in each room, and what its files use."""

    def __init__(self, addon):
        self.addon = addon
        tree = ast.parse((addon / "models/__init__.py").read_text())
        self.order = [
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        ]
        self.places = {room: place for place, room in enumerate(self.order)}
        self.names = defaultdict(lambda: defaultdict(list))  # name: {model: [Definition]}
        self.models = {}  # model that we name: its room
        self.parents = defaultdict(set)
        self.outside = set()  # names that only wizards and controllers define
        self.trees = {
            path: ast.parse(path.read_text())
            for room in self.order
            for path in sorted((addon / "models" / room).rglob("*.py"))
        }
        self.modules = {path: _get_imported(tree) for path, tree in self.trees.items()}
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self._read_class(path, node)
        self._read_outside()
        self.references = [found for path in self.trees for found in self._get_references(path)]

    def _get_room(self, path):
        return path.relative_to(self.addon / "models").parts[0]

    def _get_place(self, path, node):
        return f"{path.relative_to(self.addon)}:{node.lineno}"

    def _read_class(self, path, node):
        model, parents = _get_model(node)
        room = self._get_room(path)
        self.parents[model] |= parents - {model}
        if _get_texts(node, "_name") and model not in parents:
            self.models.setdefault(model, room)
        for part in node.body:
            place = self._get_place(path, part)
            if isinstance(part, ast.FunctionDef):
                definition = Definition(
                    room, place, _calls_super(part), ast.get_docstring(part) or ""
                )
                self.names[part.name][model].append(definition)
            elif name := _get_field(part):
                self.names[name][model].append(Definition(room, place, False, ""))

    def _read_outside(self):
        for folder in OUTSIDE:
            for path in sorted((self.addon / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.FunctionDef):
                        self.outside.add(node.name)
        self.outside -= set(self.names)

    def _get_family(self, model):
        found, todo = set(), {model}
        while todo:
            one = todo.pop()
            found.add(one)
            todo |= self.parents[one] - found
        return found

    def get_home(self, name, model=None, is_text=False):
        """Return the room that defines a name, the earliest one where several models do.

        ``None`` where only core does, or where nobody does.

        :param str name: of a method or field
        :param str model: the model it is used on, where that is known
        :param bool is_text: a text may name what a model defines, never what a plain class does
        """
        models = self.names.get(name, {})
        if is_text:
            models = {one: models[one] for one in models if "." in one}
        own = (
            {one: models[one] for one in self._get_family(model) if one in models} if model else {}
        )
        is_attribute = model and "." not in model  # what a plain class keeps for itself
        if not own and (is_attribute or "_" not in name or name in COMMON):
            return None
        models = own or models
        rooms = []
        for definitions in models.values():
            bases = [one for one in definitions if not one.calls_super]
            if not bases:
                return None
            rooms += [one.room for one in bases]
        return min(rooms, key=self.places.get, default=None)

    def _get_references(self, path):
        room = self._get_room(path)
        for owner, node in _walk(self.trees[path]):
            place = self._get_place(path, node) if hasattr(node, "lineno") else ""
            for name, to in self._get_targets(path, owner, node):
                if to:
                    yield Reference(place, name, room, to)

    def _get_targets(self, path, owner, node):
        if isinstance(node, ast.Attribute):
            if getattr(node.value, "id", None) not in self.modules[path]:
                model = _get_model(owner)[0] if owner and _is_self(node.value) else None
                yield node.attr, self.get_home(node.attr, model)
                yield node.attr, node.attr in self.outside and OUTSIDE[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for name in node.value.split("."):
                yield name, name.isidentifier() and self.get_home(name, is_text=True)
            yield node.value, self.models.get(node.value)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from self._get_imports(path, node)

    def _get_imports(self, path, node):
        folder = path.parents[node.level - 1]
        base = [*folder.relative_to(self.addon).parts, *(node.module or "").split(".")]
        for alias in node.names:
            parts = [part for part in (*base, alias.name) if part]
            if parts[0] == "models" and len(parts) > 2 and parts[1] in self.places:
                yield ".".join(parts), parts[1]
            elif parts[0] in OUTSIDE:
                yield ".".join(parts), OUTSIDE[0]

    def get_crossings(self):
        """Return the references from one room to another."""
        return [one for one in self.references if one.room != one.to]

    def get_upward(self):
        """Return the references to a later room, to a silent one, or to wizards."""
        return sorted(
            {
                f"{one.room} {one.name} -> {one.to}"
                for one in self.get_crossings()
                if one.to in OUTSIDE
                or one.to in SILENT
                or self.places[one.to] > self.places[one.room]
            }
        )

    def _get_extended(self):
        for name, models in self.names.items():
            for model, definitions in models.items():
                bases = [one for one in definitions if not one.calls_super]
                for one in definitions:
                    if bases and one.calls_super:
                        yield name, model, bases[0], one

    def get_early_extensions(self):
        """Return the extensions that stand in an earlier room than their base."""
        return sorted(
            f"{one.room} {model}.{name} extends {base.room}"
            for name, model, base, one in self._get_extended()
            if self.places[one.room] < self.places[base.room]
        )

    def get_silent_hooks(self):
        """Return the methods that another room extends, and that do not say so."""
        return sorted(
            {
                f"{base.room} {model}.{name}"
                for name, model, base, one in self._get_extended()
                if one.room != base.room and "Hook" not in base.doc
            }
        )


def _walk(tree, owner=None):
    """Yield each node with the class it stands in."""
    for node in ast.iter_child_nodes(tree):
        if _is_docstring(tree, node):
            continue
        yield owner, node
        yield from _walk(node, node if isinstance(node, ast.ClassDef) else owner)


def _get_imported(tree):
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _is_docstring(parent, node):
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    return (
        isinstance(parent, kinds)
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
    )


def _get_texts(node, name):
    for part in node.body:
        if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", None) == name:
            texts = part.value.elts if isinstance(part.value, ast.List) else [part.value]
            return [text.value for text in texts if isinstance(text, ast.Constant)]
    return []


def _get_model(node):
    """Return the model that a class defines or extends, and those it inherits from.

    A plain class goes by its own name.
    """
    inherited = _get_texts(node, "_inherit")
    named = _get_texts(node, "_name") or inherited
    if named:
        return named[0], set(inherited)
    return node.name, {base.id for base in node.bases if isinstance(base, ast.Name)}


def _get_field(node):
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        function = node.value.func
        if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "fields":
            return node.targets[0].id
    return None


def _is_super(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _is_self(node):
    return _is_super(node) or getattr(node, "id", "") == "self"


def _calls_super(function):
    return any(
        isinstance(node, ast.Attribute) and node.attr == function.name and _is_super(node.value)
        for node in ast.walk(function)
    )
