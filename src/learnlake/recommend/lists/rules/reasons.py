"""Why an item is in a list: the finder that speaks most for it, and what of the user's past it goes by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learnlake.modelling.grid import Sparse
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.shelf import Vector

Columns = NDArray[np.int64]
Names = NDArray[np.object_]
WORDS = {
    "because_you_finished": ("because you finished {item}", "因为你学完了《{item}》"),
    "because_you_took": ("because you took {item}", "因为你选了《{item}》"),
    "because_you_looked_at": ("because you turned to {item}", "因为你关注过《{item}》"),
    "comes_next": ("often taken next after {item}", "学过《{item}》的人接下来常选"),
    "goes_with": ("often taken together with {item}", "常与《{item}》一起选"),
    "needed_for": ("needed for {item}, which you turned to", "你关注的《{item}》需要先学它"),
    "after_the_one_above": ("follows {item}, which stands above", "学完上面的《{item}》之后接着学"),
    "fits_interest": ("about {tag}, which you turned to", "与你关注的 {tag} 有关"),
    "fits_declared_interest": ("about {tag}, which you named as an interest", "与你填写的兴趣 {tag} 有关"),
    "you_turned_to_it": ("you turned to it and have not taken it", "你关注过它，还没有选"),
    "job_takes": ("people who do your job turn to it", "你的同行都在看"),
    "segment_takes": ("people of your segment turn to it", "与你同类的用户都在看"),
    "many_take": ("many people turned to it lately", "近期很多人在看"),
    "trending": ("more and more people turn to it", "越来越多的人在看"),
    "pinned": ("chosen by the editors", "编辑推荐"),
    "explored": ("rarely shown so far: tell us what you think of it", "较少展示，想听听你的看法"),
}
"""Reason codes with what they say in English and Chinese."""
BY_ITEM = ("similar", "ease", "factors", "svd")


@dataclass(frozen=True)
class Why:
    """Reasons of some rows.

    Attributes:
        code: of ``WORDS``.
        item: place of the item that is named; -1 where none is.
        tag: tag or segment that is named; empty where none is.
    """

    code: Names
    item: Columns
    tag: Names

    def words(self, crowd: Crowd) -> tuple[list[str], list[str]]:
        """Return the reasons in English and Chinese."""
        titles = [crowd.shelf.titles[at] if at >= 0 else "" for at in self.item]
        told = list(zip(self.code, titles, self.tag, strict=True))
        english = [WORDS[code][0].format(item=title, tag=tag) for code, title, tag in told]
        return english, [WORDS[code][1].format(item=title, tag=tag) for code, title, tag in told]


def why(crowd: Crowd, user: Columns, item: Columns, finder: Names) -> Why:
    """Give the reason of each row.

    Args:
        crowd: the users.
        user: row of the user, of each row.
        item: place of the item that is shown.
        finder: that speaks most for it; `pinned`, `explored` and `turn` (it waits for one above) besides the names of ``FINDERS``.

    Returns:
        A reason a row. One that names an item names one that the user dealt with, or that stands above; where a finder goes by no such item or tag, what the
        segment or many do is told in its place.
    """
    code = np.full(len(user), "", dtype=object)
    cause = np.full(len(user), -1, dtype=np.int64)
    tag = np.full(len(user), "", dtype=object)
    for at, ways in (
        (np.isin(finder, BY_ITEM), _near),
        (finder == "next", _before),
        (finder == "rules", _with),
        (finder == "needed", _for),
    ):
        rows = np.flatnonzero(at)
        if len(rows):
            cause[rows], code[rows] = ways(crowd, user[rows], item[rows])
    rows = np.flatnonzero((finder == "content") | ((code == "") & np.isin(finder, BY_ITEM)))
    if len(rows):
        tag[rows], code[rows] = _liked(crowd, user[rows], item[rows])
    rows = np.flatnonzero(finder == "turn")
    if len(rows):
        needs = crowd.shelf.needs[item[rows]]
        lacked = sparse.csr_matrix(needs - needs.multiply(crowd.done[user[rows]]))
        cause[rows], code[rows] = np.asarray(lacked.argmax(axis=1)).ravel(), "after_the_one_above"
    for row in np.flatnonzero(finder == "job"):
        if _turns(crowd.shelf.jobs, crowd.jobs[user[row]], item[row]):
            code[row], tag[row] = "job_takes", crowd.jobs[user[row]]
    simple = {"own": "you_turned_to_it", "trending": "trending", "pinned": "pinned", "explored": "explored"}
    for name, said in simple.items():
        code[finder == name] = said
    return Why(*_rest(crowd, user, item, (code, cause, tag)))


def _rest(
    crowd: Crowd, user: Columns, item: Columns, told: tuple[Names, Columns, Names]
) -> tuple[Names, Columns, Names]:
    """Tell of the rows that are left what the segment does, if it does, else what many do."""
    code, cause, tag = told
    for row in np.flatnonzero(code == ""):
        segment = crowd.segments[user[row]]
        turns = _turns(crowd.shelf.segments, segment, item[row])
        code[row], tag[row] = ("segment_takes", segment) if turns else ("many_take", "")
        if not turns and crowd.shelf.popular[item[row]] == 0:
            code[row] = "explored"  # nobody turned to it lately: it is here to be tried
    return code, cause, tag


def _turns(by_group: dict[str, Vector], group: str, item: np.int64) -> bool:
    """Say whether anybody of a group turned to an item lately; of no group nobody did."""
    return group in by_group and bool(by_group[group][item] > 0)


def _near(crowd: Crowd, user: Columns, item: Columns) -> tuple[Columns, Names]:
    """Name the item of the past that is nearest, weighed by its strength, and what the user did with it."""
    cause = _strongest(
        crowd.wanted, crowd.shelf.learned.similar.T.tocsr() + crowd.shelf.learned.ease.T.tocsr(), user, item
    )
    return cause, _deed(crowd, user, cause)


def _deed(crowd: Crowd, user: Columns, cause: Columns) -> Names:
    finished = crowd.at_pairs(crowd.flags["is_finished"].astype(float), user, cause)
    taken = crowd.at_pairs(crowd.taken_age, user, cause)
    code = np.where(np.isnan(taken), "because_you_looked_at", "because_you_took").astype(object)
    code[np.nan_to_num(finished) > 0] = "because_you_finished"
    code[cause < 0] = ""
    return code


def _before(crowd: Crowd, user: Columns, item: Columns) -> tuple[Columns, Names]:
    cause = _strongest(crowd.recent, crowd.shelf.next_of.T.tocsr(), user, item)
    return cause, np.where(cause >= 0, "comes_next", "").astype(object)


def _for(crowd: Crowd, user: Columns, item: Columns) -> tuple[Columns, Names]:
    wished = sparse.csr_matrix(crowd.wanted - crowd.wanted.multiply(crowd.taken))
    cause = _strongest(wished, crowd.shelf.needs.T.tocsr(), user, item)
    return cause, np.where(cause >= 0, "needed_for", "").astype(object)


def _with(crowd: Crowd, user: Columns, item: Columns) -> tuple[Columns, Names]:
    """Name an item of the antecedent of the surest rule that holds; all of it was taken."""
    left, sizes, right = crowd.shelf.rules
    held = sparse.csr_matrix(crowd.taken @ left.T)
    held.data = (held.data >= sizes[held.indices]).astype(float)
    rule = _strongest(held, right.T.tocsr(), user, item)
    first = np.array([left.indices[left.indptr[at]] if at >= 0 else -1 for at in rule], dtype=np.int64)
    return first, np.where(first >= 0, "goes_with", "").astype(object)


def _liked(crowd: Crowd, user: Columns, item: Columns) -> tuple[Names, Names]:
    """Name the tag that the item and the user's taste share most, and whether it was declared only."""
    tagged, place = crowd.shelf.tagged
    names = np.array([*sorted(place, key=lambda tag: place[tag]), ""], dtype=object)
    best = _strongest(crowd.tastes, tagged, user, item)
    done = np.asarray((crowd.wanted @ tagged)[user, np.maximum(best, 0)]).ravel() if len(place) else np.zeros(len(user))
    code = np.where(done > 0, "fits_interest", "fits_declared_interest").astype(object)
    code[best < 0] = ""
    return names[best], code


def _strongest(of_user: Sparse, of_item: Sparse, user: Columns, item: Columns) -> Columns:
    """Return of each row what contributes most to the product of the user's and the item's row; -1 where nothing does."""
    parts = sparse.csr_matrix(of_user[user].multiply(of_item[item]))
    if not parts.shape[1]:
        return np.full(len(user), -1, dtype=np.int64)
    best = np.asarray(parts.argmax(axis=1)).ravel()
    worth = np.asarray(parts.max(axis=1).todense()).ravel()
    return np.where(worth > 0, best, -1)
