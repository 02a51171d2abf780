"""Which telephone numbers take messages, and how they are dialled at home."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class MobilePlan(NamedTuple):
    """The country code of E.164 numbers, what stands for it at home, and what mobile numbers look like."""

    home_code: str  # +886
    trunk_prefix: str  # 0, empty where numbers are dialled as they are
    mobile_pattern: str  # a regular expression of whole numbers in E.164


@cache
def mobile_plan(country: str) -> MobilePlan:
    """The plan of a country (ISO 3166), with those of others that share its code, as Canada shares that of the USA."""
    import phonenumbers  # loads for a while, and few questions are about messages

    code = phonenumbers.country_code_for_region(country)
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    plans = [phonenumbers.PhoneMetadata.metadata_for_region(region) for region in regions]
    patterns = [plan.mobile.national_number_pattern for plan in plans if plan and plan.mobile]
    known = "|".join(f"(?:{pattern})" for pattern in patterns if pattern and pattern != "NA")
    home = phonenumbers.PhoneMetadata.metadata_for_region(country)
    trunk_prefix = (home.national_prefix if home else None) or ""
    return MobilePlan(f"+{code}", trunk_prefix, rf"\+{code}(?:{known})")
