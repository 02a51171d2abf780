"""Text of a cell → value. Pure functions; ``None`` means: not readable as that kind of value."""

from crm_core.ingest.values.cities import parse_city
from crm_core.ingest.values.contacts import parse_contact_channel, parse_outcome
from crm_core.ingest.values.currency_signs import currency_of_amount
from crm_core.ingest.values.dates import (
    DEFAULT_ORDER,
    DateOrder,
    DateOrderEvidence,
    Moment,
    date_order,
    date_order_evidence,
    parse_date,
    parse_timestamp,
)
from crm_core.ingest.values.flags import Gender, LineType, parse_cancellation, parse_flag, parse_gender, parse_line_type
from crm_core.ingest.values.interactions import is_complaint, parse_action, parse_complaint
from crm_core.ingest.values.money import (
    DecimalMarkEvidence,
    decimal_mark_evidence,
    parse_currency,
    parse_money,
    parse_number,
)
from crm_core.ingest.values.phones import is_made_up_phone, parse_phone
from crm_core.ingest.values.scores import NotOnScale, parse_satisfaction, parse_score
from crm_core.ingest.values.text import (
    ScientificNotation,
    compact_heading,
    fold,
    is_masked,
    is_nobody,
    is_placeholder,
    is_scientific,
    normalise_heading,
    parse_email,
    parse_identifier,
    parse_text,
    placeholder_words,
    product_key,
    unwrap,
)

__all__ = [
    "DEFAULT_ORDER",
    "DateOrder",
    "DateOrderEvidence",
    "DecimalMarkEvidence",
    "Gender",
    "LineType",
    "Moment",
    "NotOnScale",
    "ScientificNotation",
    "compact_heading",
    "currency_of_amount",
    "date_order",
    "date_order_evidence",
    "decimal_mark_evidence",
    "fold",
    "is_complaint",
    "is_made_up_phone",
    "is_masked",
    "is_nobody",
    "is_placeholder",
    "is_scientific",
    "normalise_heading",
    "parse_action",
    "parse_cancellation",
    "parse_city",
    "parse_complaint",
    "parse_contact_channel",
    "parse_currency",
    "parse_date",
    "parse_email",
    "parse_flag",
    "parse_gender",
    "parse_identifier",
    "parse_line_type",
    "parse_money",
    "parse_number",
    "parse_outcome",
    "parse_phone",
    "parse_satisfaction",
    "parse_score",
    "parse_text",
    "parse_timestamp",
    "placeholder_words",
    "product_key",
    "unwrap",
]
