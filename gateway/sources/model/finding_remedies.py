"""What to do about each finding: a sentence beside the problem, for whoever keeps the register."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.sources.model.findings import Problem

_MAP_IT = "Say in the mapping what the word means, or correct the cell."
_CELL = "Correct the cell in the register."
_FORMAT = "Name the format in the mapping, or correct the cell."
_ROW = "Repair the row in the source, or export the source again."
_JOIN = "Check the columns of 'join' in the mapping, and whether a row is missing in the register."
_SAME_CASE = "Look the rows up in the register, and keep one row for each case."
_SAME_PERSON = "Look the person up in the register: two people may have one number."
_TABLE = "Map the table, or name it under 'left_out' with the reason."
_NOTHING = "Nothing, if it is meant."

REMEDIES: Mapping[Problem, str] = MappingProxyType({
    Problem.CODE: _MAP_IT,
    Problem.CHOICES_MISSING: "Attach the file to the form on its server, or translate codes in the mapping.",
    Problem.PLACE: _MAP_IT,
    Problem.PLACE_FOREIGN: "Look whether this is the register of this state.",
    Problem.ZAWGYI: "Nothing for this load. Type in Unicode from now on, and convert the register.",
    Problem.ENCODING_UNCLEAR: "Read the cell in a font for Unicode: where it makes no sense, type it anew.",
    Problem.DATE_FORM: _FORMAT,
    Problem.DATE_AMBIGUOUS: "Write the date in one form in the register, or name one of the formats only.",
    Problem.DATE_NOT_REAL: _CELL,
    Problem.DATE_FUTURE: "Correct the cell, or give the register its date (--as-of).",
    Problem.DATE_EARLY: _CELL,
    Problem.DATE_ERA: "Say in the mapping which era the years are of.",
    Problem.AGE_FORM: _MAP_IT,
    Problem.AGE_RANGE: _CELL,
    Problem.AGE_NEGATIVE: "Look up the date of birth and that of the accident.",
    Problem.NUMBER_FORM: "Correct the number, or name the word under 'unknown' in the mapping.",
    Problem.NUMBER_CUT: "Format the column as text before the number is typed, and export again.",
    Problem.LOCAL_FORM: _MAP_IT,
    Problem.WHOLE_FORM: _CELL,
    Problem.AMOUNT_FORM: "Say in the mapping how amounts are written ('decimal', 'unit').",
    Problem.AMOUNT_RANGE: "Correct the cell, or the 'unit' in the mapping.",
    Problem.PLACE_ENDED: "Look up which province it is since.",
    Problem.BLANK: "Fill in the cell.",
    Problem.ROW_SHORT: _ROW,
    Problem.ROW_LONG: _ROW,
    Problem.CELL_BEYOND: "Give the column a heading, or empty the cell.",
    Problem.ROW_BLANK: _NOTHING,
    Problem.ROW_TOTAL: _NOTHING,
    Problem.NO_CASUALTY: _NOTHING,
    Problem.VICTIM_BEYOND: "Raise 'repeat' in the mapping.",
    Problem.ROW_OF_SEVERAL: "Write a row for each person. Where the number is of the whole accident, leave "
    "the column out in the mapping.",
    Problem.ROW_INSIDE: _ROW,
    Problem.ROW_HEADINGS: _NOTHING,
    Problem.JOIN: _JOIN,
    Problem.ORPHAN: _JOIN,
    Problem.OF_NONE_COUNTED: "Correct the rows of the first table that it belongs to.",
    Problem.MULTIPLIED: _JOIN,
    Problem.CONTACT_TWICE: "Keep one row for each contact.",
    Problem.CONTACT_ALIKE: "Look the rows up beside each other; where they are one service, keep one row.",
    Problem.CONTACT_UNDATED: "Fill in the date of the contact.",
    Problem.CONTACT_BEFORE: "Look up the date of the contact and that of the accident.",
    Problem.CONTACT_AFTER_DEATH: "Look the person up; assistance to a family needs a record of its own.",
    Problem.STATUS_BACKWARDS: "Nothing, where a new need arose; else correct the later contact.",
    Problem.STATUS_UNDATED: "Map a table of contacts with their dates.",
    Problem.BARRIER_NO_NEED: "Look up whether there is a need.",
    Problem.HOME_COPIED: "Ask people where they live, or leave the column out of the mapping.",
    Problem.AGE_NOW_DIFFERS: "Look up the date of birth and the age at the accident.",
    Problem.DISABILITY_DIFFERS: "Look up which of the person's assessments holds.",
    Problem.ACTIVITY_TWICE: "Keep one row for each activity.",
    Problem.ACTIVITY_EMPTY: "Fill in how many there were.",
    Problem.JOIN_TWICE: "Keep one row for each key, or say 'several: yes' in the mapping.",
    Problem.TWICE_SAME: _SAME_CASE,
    Problem.TWICE_OTHER: _SAME_CASE,
    Problem.PERSON_DIFFERS: _SAME_PERSON,
    Problem.PERSON_AGE: _SAME_PERSON,
    Problem.LIKELY_SAME: "Look the rows up beside each other; where they are one case, keep one row.",
    Problem.PERSON_CONSENT: "Ask the person which consent holds.",
    Problem.FORMULA: _NOTHING,
    Problem.FORMULA_EMPTY: "Open and save the workbook once, so that it keeps results, or write the values.",
    Problem.MERGED: _NOTHING,
    Problem.BOM: _NOTHING,
    Problem.NO_LINE_END: "Compare the number of rows with that of the register.",
    Problem.NOT_MAPPED: "Map the column, or name it under 'left_out' with the reason.",
    Problem.TABLE_ALIKE: "Name the table under 'also' of the first one, or under 'left_out' with the reason.",
    Problem.TABLE_NOT_MAPPED: _TABLE,
})  # fmt: skip
"""Problem -> what to do. Every problem has one."""
