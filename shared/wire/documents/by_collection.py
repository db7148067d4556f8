"""The models of the documents in MongoDB, by collection: one model for each kind of document, shared by its writer and its readers.

The models, in the modules of this folder, are `TypedDict`s: plain dictionaries at run time, so that writing a view converts nothing. Each
docstring says which module writes the documents and who reads them, and each field has a description; the data-model page is generated from
both. The names of the collections are in `shared/wire/collection_names.py`.

A field that is `NotRequired` is absent from documents that an earlier data format wrote. Decimals are written as `Decimal` and read as
BSON's Decimal128; instants are in UTC, to the millisecond.
"""

from typing import Final

from shared.wire import collection_names
from shared.wire.documents.alerts import AlertDocument
from shared.wire.documents.attachments import AttachmentChunkDocument, AttachmentDocument
from shared.wire.documents.checkpoints import (
    AggregateCheckpointDocument,
    FormatDocument,
    GenerationDocument,
    NotifyCheckpointDocument,
    ShownDocument,
)
from shared.wire.documents.drafts import DraftDocument
from shared.wire.documents.duties import DutyDocument
from shared.wire.documents.files import FileChunkDocument, FileDocument, SheetDocument
from shared.wire.documents.identity import (
    AuditDocument,
    AuditHeadDocument,
    CredentialDocument,
    CredentialUseDocument,
    DailyHeadDocument,
    IdentityGenerationDocument,
    InvitationDocument,
    LoginDelayDocument,
    PersonDocument,
    SessionDocument,
)
from shared.wire.documents.parked import ParkedCountDocument, ParkedDocument
from shared.wire.documents.receipts import ReceiptDocument
from shared.wire.documents.reference import AreaDocument, RegimeDocument, UnitDocument
from shared.wire.documents.reforms import ReformDocument
from shared.wire.documents.reports import ReportDocument
from shared.wire.documents.views import EarlyViewDocument, ViewDocument

MODELS: Final[dict[str, tuple[type, ...]]] = {
    collection_names.UNITS: (UnitDocument,),
    collection_names.REGIMES: (RegimeDocument,),
    collection_names.AREAS: (AreaDocument,),
    collection_names.REFORMS: (ReformDocument,),
    collection_names.REPORTS: (ReportDocument,),
    collection_names.VIEWS: (ViewDocument,),
    collection_names.EARLY_VIEWS: (EarlyViewDocument,),
    collection_names.RECEIPTS: (ReceiptDocument,),
    collection_names.PARKED: (ParkedDocument,),
    collection_names.PARKED_COUNTS: (ParkedCountDocument,),
    collection_names.DRAFTS: (DraftDocument,),
    collection_names.FILES: (FileDocument,),
    collection_names.FILE_CHUNKS: (FileChunkDocument,),
    collection_names.SHEETS: (SheetDocument,),
    collection_names.ATTACHMENTS: (AttachmentDocument,),
    collection_names.ATTACHMENT_CHUNKS: (AttachmentChunkDocument,),
    collection_names.DUTIES: (DutyDocument,),
    collection_names.ALERTS: (AlertDocument,),
    collection_names.CHECKPOINTS: (
        AggregateCheckpointDocument,
        ShownDocument,
        NotifyCheckpointDocument,
        FormatDocument,
        GenerationDocument,
    ),
    collection_names.PEOPLE: (PersonDocument,),
    collection_names.INVITATIONS: (InvitationDocument,),
    collection_names.SESSIONS: (SessionDocument,),
    collection_names.LOGIN_DELAYS: (LoginDelayDocument,),
    collection_names.CREDENTIALS: (CredentialDocument,),
    collection_names.CREDENTIAL_USES: (CredentialUseDocument,),
    collection_names.AUDIT: (AuditDocument,),
    collection_names.IDENTITY: (IdentityGenerationDocument, AuditHeadDocument, DailyHeadDocument),
}
