"""A reader's own groups: codes of one level, put together in a released table. Pure."""

from gateway.picturing.grouping.own_groups import Group, grouped, is_group, put_together

__all__ = ["Group", "grouped", "is_group", "put_together"]
