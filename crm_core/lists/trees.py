"""Changing a tree of conditions step by step, as a screen does: parts are named by their path from the root.

A path is the position in the root, then the position in that part, and so on; ``Not`` takes no step of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm_core.lists.conditions import All, AnyOf, Comparison, Condition, Node, Not

Path = tuple[int, ...]


def rooted(node: Node) -> All | AnyOf:
    """The tree with a group at its root, so that more can be put beside what is there."""
    return node if isinstance(node, All | AnyOf) else All((node,))


def parts_of(node: Node) -> tuple[Node, ...]:
    """The parts of a group, or of what is not fulfilled; none of a condition."""
    if isinstance(node, Condition):
        return ()
    return parts_of(node.part) if isinstance(node, Not) else node.parts


def part_at(node: Node, path: Sequence[int]) -> Node:
    """The part at a path. Raises ``IndexError`` where there is none."""
    for position in path:
        node = parts_of(node)[position]
    return node


def put(node: Node, path: Sequence[int], part: Node) -> Node:
    """The tree with another part at a path."""
    if not path:
        return part
    position, *rest = path
    parts = parts_of(node)
    changed = put(parts[position], rest, part)
    return _with(node, (*parts[:position], changed, *parts[position + 1 :]))


def added(node: Node, path: Sequence[int], part: Node) -> Node:
    """The tree with one more part at the end of the group at a path."""
    group = part_at(node, path)
    return put(node, path, _with(group, (*parts_of(group), part)))


def removed(node: Node, path: Path) -> Node:
    """The tree without the part at a path; a group that is left without any goes with it, but not the root."""
    *above, position = path
    group = part_at(node, above)
    parts = parts_of(group)
    left = (*parts[:position], *parts[position + 1 :])
    if not left and above:
        return removed(node, tuple(above))
    return put(node, above, _with(group, left))


# Comparisons of which every customer fulfils exactly one.
OPPOSITES = {
    Comparison.ONE_OF: Comparison.NONE_OF,
    Comparison.YES: Comparison.NO,
    Comparison.KNOWN: Comparison.UNKNOWN,
}
OPPOSITES |= {other: each for each, other in OPPOSITES.items()}


def opposite(node: Node) -> Node:
    """Who does not fulfil it instead of who does, and the other way round."""
    if isinstance(node, Not):
        return node.part
    if isinstance(node, Condition) and node.comparison in OPPOSITES:
        return replace(node, comparison=OPPOSITES[node.comparison])
    return Not(node)


def matched(node: Node, *, by_any: bool) -> Node:
    """The group with all of its parts to be fulfilled, or any of them."""
    if isinstance(node, Not):
        return Not(matched(node.part, by_any=by_any))
    return AnyOf(parts_of(node)) if by_any else All(parts_of(node))


def is_by_any(node: Node) -> bool:
    """Whether one part is enough."""
    return is_by_any(node.part) if isinstance(node, Not) else isinstance(node, AnyOf)


def is_group(node: Node) -> bool:
    """Whether it is a group of parts, fulfilled or not."""
    return is_group(node.part) if isinstance(node, Not) else isinstance(node, All | AnyOf)


def is_simple(node: Node) -> bool:
    """Whether it is a condition, fulfilled or not."""
    return isinstance(node.part if isinstance(node, Not) else node, Condition)


def _with(group: Node, parts: tuple[Node, ...]) -> Node:
    if isinstance(group, Condition):
        raise IndexError("a condition has no parts")
    return Not(_with(group.part, parts)) if isinstance(group, Not) else replace(group, parts=parts)
