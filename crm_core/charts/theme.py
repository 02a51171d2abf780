"""The colours of the charts, for light and dark surfaces.

The hues are apart for red-green and blue-yellow blindness too, and no meaning rests on a colour alone: labels, shapes
or positions always say the same. Segments keep their hue in both themes; the dark theme lifts the two deepest ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Latin fonts first: quotation marks of a Chinese font are as wide as a character.
FONT = (
    "'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans TC', 'Noto Sans CJK TC', 'PingFang TC', 'Microsoft JhengHei UI', "
    "'Microsoft JhengHei', 'Heiti TC', sans-serif"
)


@dataclass(frozen=True)
class Theme:
    """One set of colours. ``surface`` is what the chart lies on; ``sequential`` goes from nothing to much."""

    name: str
    ink: str
    muted: str
    faint: str
    grid: str
    surface: str
    accent: str
    first: str
    repeat: str
    anonymous: str
    immature: str
    last_year: str
    band: str
    warning: str
    promoter: str
    passive: str
    detractor: str
    segments: Mapping[str, str]
    sequential: tuple[str, ...]


LIGHT = Theme(
    name="light",
    ink="#23211D",
    muted="#625C55",
    faint="#A8A29A",
    grid="#ECE8DF",
    surface="#FFFFFF",
    accent="#0F766E",
    first="#8FD3C8",
    repeat="#0F766E",
    anonymous="#A49D92",
    immature="#E4DFD4",
    last_year="#8F887E",
    band="rgba(15, 118, 110, 0.13)",
    warning="#C2410C",
    promoter="#0F766E",
    passive="#94A3B8",
    detractor="#C2410C",
    segments={
        "champions": "#0F766E",
        "loyal": "#14B8A6",
        "promising": "#60A5FA",
        "new": "#A78BFA",
        "needs_attention": "#FBBF24",
        "at_risk": "#F97316",
        "cant_lose": "#B91C1C",
        "hibernating": "#94A3B8",
    },
    sequential=("#F1F8F6", "#CFEAE5", "#9AD3CA", "#5BB4A8", "#2A9185", "#0F766E", "#084842"),
)

DARK = Theme(
    name="dark",
    ink="#EDE9E1",
    muted="#B5AEA5",
    faint="#7A746B",
    grid="#2F2B25",
    surface="#1E1C18",
    accent="#2FB5A6",
    first="#7CCFC4",
    repeat="#1A9385",
    anonymous="#5B554C",
    immature="#3A352E",
    last_year="#9A9389",
    band="rgba(47, 181, 166, 0.20)",
    warning="#FB8A4E",
    promoter="#1A9385",
    passive="#B4BECC",
    detractor="#E0672E",
    segments={
        "champions": "#17897E",
        "loyal": "#14B8A6",
        "promising": "#60A5FA",
        "new": "#A78BFA",
        "needs_attention": "#FBBF24",
        "at_risk": "#F97316",
        "cant_lose": "#D64545",
        "hibernating": "#94A3B8",
    },
    sequential=("#1F2B28", "#1D443E", "#1C5E55", "#1D7A6F", "#269A8C", "#55BFB2", "#A5E3DB"),
)


def theme_named(name: str | None) -> Theme:
    """The dark theme by its name, the light one for anything else."""
    return DARK if name == DARK.name else LIGHT


def ink_on(colour: str) -> str:
    """Black or white, whichever stands out more from a ``#RRGGBB`` colour."""
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, colour))


def luminance(colour: str) -> float:
    """Relative luminance of a ``#RRGGBB`` colour, 0..1, as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21, as WCAG 2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
