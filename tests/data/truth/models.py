"""The target system's customer, one row of its CSV export, as a Pydantic v2 model."""
from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Optional

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, model_validator
from pydantic_core import PydanticCustomError

Stage = Literal["Prospect", "Qualified", "Negotiation", "Closed Won", "Closed Lost"]
Currency = Literal["USD", "EUR", "GBP", "CHF", "JPY"]
Country = Literal["US", "DE", "GB", "FR", "CH", "JP"]
Source = Literal["crm-classic", "web-form", "erp-de", "trade-show", "acq-2014"]
CustomerId = Annotated[str, Field(pattern=r"^CUS-[0-9]{7}$", description="Key in the legacy CRM", examples=["CUS-0000042"])]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164")]
Amount = Annotated[float, Field(ge=0, le=100_000_000)]
Notes = Annotated[str, Field(max_length=2000)]


def _rules(stage, deal_value, created_at, close_date, country, state):
    if stage == "Closed Lost" and deal_value > 0:
        raise ValueError(f"RULE-101: a Closed Lost deal must have deal_value 0, found {deal_value}")
    if close_date is not None and close_date < created_at.date():
        raise ValueError(f"RULE-102: close_date {close_date} lies before created_at {created_at.date()}")
    if country == "US" and not state:
        raise PydanticCustomError("RULE-103", "country {country} needs a state", {"country": country})


class CustomerFlat(BaseModel):
    """One row of the CSV export."""
    model_config = ConfigDict(extra="forbid")
    customer_id: CustomerId
    name: Name
    email: EmailStr
    phone: Optional[Phone] = None
    street: Optional[str] = None
    city: Annotated[str, Field(min_length=1)]
    state: Optional[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = None
    postal_code: Annotated[str, Field(min_length=3, max_length=10)]
    country: Country
    stage: Stage
    deal_value: Amount
    currency: Currency
    created_at: AwareDatetime
    close_date: Optional[date] = None
    is_active: bool
    employee_count: Optional[Annotated[int, Field(ge=1)]] = None
    contact_name: Name
    contact_email: EmailStr
    source_system: Source
    notes: Optional[Notes] = None

    @model_validator(mode="after")
    def business_rules(self):
        _rules(self.stage, self.deal_value, self.created_at, self.close_date, self.country, self.state)
        return self
