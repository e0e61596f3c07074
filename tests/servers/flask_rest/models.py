"""The tables of accounts and invoices; the names of the columns are those of the bills."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import DateTime, ForeignKey, String, TypeDecorator, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, scoped_session, sessionmaker

# The threads of the server share this database; it lives as long as one connection is open.
engine = create_engine("sqlite:///file:billing?mode=memory&cache=shared&uri=true")
session = scoped_session(sessionmaker(engine))


class Amount(TypeDecorator[Decimal]):
    """Money, kept as text because SQLite has no decimals."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: object) -> str | None:  # noqa: ARG002
        """Return the text of the amount."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: object) -> Decimal | None:  # noqa: ARG002
        """Return the amount of the text."""
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC because SQLite has no zones."""

    impl = DateTime
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:  # noqa: ARG002
        """Return the moment with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The tables; the names of the columns are those of the bills."""

    type_annotation_map = {Decimal: Amount, datetime: Instant}  # noqa: RUF012


class Account(Base):
    """An account of a customer."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    name: Mapped[str]
    balance: Mapped[Decimal]
    min_balance: Mapped[Decimal]
    max_balance: Mapped[Decimal]
    destination_rate_limit: Mapped[Decimal | None]
    origination_capacity: Mapped[int | None]
    termination_capacity: Mapped[int | None]
    total_capacity: Mapped[int | None]
    currency: Mapped[str]


class Invoice(Base):
    """An invoice of an account."""

    __tablename__ = "invoices"
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    account: Mapped[Account] = relationship()
    approved: Mapped[bool]
    reference: Mapped[str | None]
    start_date: Mapped[datetime]
    end_date: Mapped[datetime]
    has_pdf: Mapped[bool]
    amount_spent: Mapped[Decimal]
    originated_amount_spent: Mapped[Decimal]
    originated_calls_count: Mapped[int]
    originated_successful_calls_count: Mapped[int]
    originated_calls_duration: Mapped[int]
    originated_billing_duration: Mapped[int]
    originated_first_call_at: Mapped[datetime | None]
    originated_last_call_at: Mapped[datetime | None]
    terminated_amount_spent: Mapped[Decimal]
    terminated_calls_count: Mapped[int]
    terminated_successful_calls_count: Mapped[int]
    terminated_calls_duration: Mapped[int]
    terminated_billing_duration: Mapped[int]
    terminated_first_call_at: Mapped[datetime | None]
    terminated_last_call_at: Mapped[datetime | None]
    services_amount_spent: Mapped[Decimal]
    service_transactions_count: Mapped[int]
