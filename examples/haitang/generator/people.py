"""What other systems and people call the staff."""

from generator.world import POSTS

_NAMES = {"pm": "项目经理", "dir": "服务中心主任", "lead": "客服负责人"}


def staff_id(person: str) -> str:
    """The number of a person in the other systems."""
    return str(3001 + [post.person for post in POSTS].index(person))


def staff_name(person: str) -> str:
    return _NAMES.get(person) or f"管家{person[1:]}"
