"""The regional data dictionary: dimensions, levels, codes, places, purposes."""

from gateway.dictionary.dictionary import ROOT, Dictionary
from gateway.dictionary.errors import DictionaryError
from gateway.dictionary.load import regional
from gateway.dictionary.model import (
    ACTIVITIES,
    CALENDARS,
    CASUALTIES,
    CLIENTS,
    CONTACTS,
    COUNTRY,
    FIRST_SERVICE_YEAR,
    OF_ACCIDENTS,
    PLACES,
    SERVICE_DATE,
    Derived,
    Dimension,
    Level,
    Measure,
    Member,
    Purpose,
    ReadyMade,
    ReadyTable,
    Tree,
)
from gateway.dictionary.places import Places, Province, unknown_place

__all__ = [
    "ACTIVITIES",
    "CALENDARS",
    "CASUALTIES",
    "CLIENTS",
    "CONTACTS",
    "COUNTRY",
    "FIRST_SERVICE_YEAR",
    "OF_ACCIDENTS",
    "PLACES",
    "ROOT",
    "SERVICE_DATE",
    "Derived",
    "Dictionary",
    "DictionaryError",
    "Dimension",
    "Level",
    "Measure",
    "Member",
    "Places",
    "Province",
    "Purpose",
    "ReadyMade",
    "ReadyTable",
    "Tree",
    "regional",
    "unknown_place",
]
