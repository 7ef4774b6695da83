"""Logs with days, cut in two by a day: what was known before it, and what users took in the weeks after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Whole = NDArray[np.int64]
Dense = NDArray[np.float32]
DAYS = 28
STARTS = {"2013B": "2013-02-01", "2013J": "2013-10-01"}
PRODUCT = r"(?:\d{5}[A-Z]*|DCGS\w+)"


@dataclass(frozen=True)
class Past:
    """Who took what on which day: one row per user, item and day, sorted by them, all before a day.

    Attributes:
        user: row of each user.
        item: column of each item.
        day: days since 1970.
        shape: users and items.
        until: the day that nothing reaches.
    """

    user: Whole
    item: Whole
    day: Whole
    shape: tuple[int, int]
    until: int

    def _of(self, kept: NDArray[np.bool_]) -> Past:
        return replace(self, user=self.user[kept], item=self.item[kept], day=self.day[kept])

    def before(self, day: int) -> Past:
        """Return what was known when a day began."""
        return replace(self._of(self.day < day), until=day)

    def within(self, days: int) -> Past:
        """Return the last so many days."""
        return self._of(self.day >= self.until - days)

    def first(self) -> Past:
        """Return the first day of each user and item."""
        return self._of(self._is_new())

    def last(self) -> Past:
        """Return the last day of each user and item."""
        return self._of(np.append(self._is_new()[1:], True))

    def _is_new(self) -> NDArray[np.bool_]:
        return (np.diff(self.user, prepend=-1) != 0) | (np.diff(self.item, prepend=-1) != 0)

    def counted(self, half_life: float = np.inf) -> Any:
        """Return users x items: how many days, each worth half after ``half_life`` days, and half of that after as many more."""
        worth = 0.5 ** ((self.until - self.day) / half_life)
        return sparse.csr_matrix((worth, (self.user, self.item)), shape=self.shape)


@dataclass(frozen=True)
class Log:
    """A log and what may be offered to whom.

    Attributes:
        rows: all of it.
        group: of each item.
        members: user, group, and the days from which and up to which its items may be offered.
        half_lives: days after which an act counts half, that are tried.
    """

    rows: Past
    group: Whole
    members: pd.DataFrame
    half_lives: tuple[float, ...]

    def open_to(self, day: int) -> NDArray[np.bool_]:
        """Say which items may be offered to which user as a day begins: those of a group they are in, which somebody took before."""
        held = self.members[(self.members["first"] < day) & (self.members["last"] >= day)]
        is_in = np.zeros((self.rows.shape[0], self.group.max() + 1), dtype=bool)
        is_in[held["user"], held["group"]] = True
        is_known = np.isin(np.arange(self.rows.shape[1]), self.rows.before(day).item)
        return np.asarray(is_in[:, self.group] & is_known)


@dataclass(frozen=True)
class Task:
    """What is to be foretold, of users who took something before the day and take something that may be offered after it.

    Attributes:
        past: what is known, of all users.
        users: rows of the users who are judged.
        truth: those users x items, 1 where taken in the window and may be offered.
        barred: those users x items, 1 where not offered.
        lost: share of what those who were there before take in the window that may not be offered, mostly as nobody took it before.
    """

    past: Past
    users: Whole
    truth: Any
    barred: Any
    lost: float

    def of_new(self) -> Task:
        """Return the same with what a user took before neither offered nor wanted."""
        taken = self.past.last().counted()[self.users]
        truth = self.truth - self.truth.multiply(taken)
        truth.eliminate_zeros()
        return replace(self, truth=sparse.csr_matrix(truth), barred=((self.barred + taken) > 0).astype(np.float64))


def task(log: Log, day: int) -> Task:
    """Cut a log at a day: what came before is known, the ``DAYS`` from it on are to be foretold."""
    past, later = log.rows.before(day), log.rows.before(day + DAYS).within(DAYS).last()
    taken = later.counted()[np.unique(past.user)]
    allowed = log.open_to(day)[np.unique(past.user)]
    wanted = sparse.csr_matrix(taken.multiply(allowed))
    wanted.eliminate_zeros()
    is_judged = np.diff(wanted.indptr) > 0
    barred = sparse.csr_matrix(~allowed[is_judged], dtype=np.float64)
    return Task(past, np.unique(past.user)[is_judged], wanted[is_judged], barred, 1 - wanted.nnz / taken.nnz)


def rows_of(held: pd.DataFrame) -> Past:
    """Return a log of codes.

    Args:
        held: user, item and day as whole numbers, in any order, with repeats.
    """
    rows = held[["user", "item", "day"]].drop_duplicates().sort_values(["user", "item", "day"])
    shape = int(rows["user"].max()) + 1, int(rows["item"].max()) + 1
    user, item, day = (rows[name].to_numpy(dtype=np.int64) for name in ("user", "item", "day"))
    return Past(user, item, day, shape, int(day.max()) + 1)


def days_of(times: pd.Series[Any]) -> pd.Series[Any]:
    """Return days since 1970."""
    return (times - pd.Timestamp("1970-01-01")) // pd.Timedelta(days=1)


def online_retail(folder: Path) -> Log:
    """Read what known customers of a gift shop bought: no cancellations or corrections, and no codes that are not goods.

    Args:
        folder: the one with 2009_2010.parquet.
    """
    lines = pd.read_parquet(folder / "2009_2010.parquet")
    code = lines["StockCode"].astype(str).str.strip().str.upper()
    is_sale = ~lines["Invoice"].astype(str).str.startswith(("C", "A")) & lines["Customer ID"].notna()
    sound = is_sale & (lines["Quantity"] > 0) & (lines["Price"] > 0) & code.str.fullmatch(PRODUCT)
    held = pd.DataFrame(
        {
            "user": lines["Customer ID"][sound].astype("category").cat.codes,
            "item": code[sound].astype("category").cat.codes,
            "day": days_of(pd.to_datetime(lines["InvoiceDate"][sound].str[:10], format="%Y-%m-%d")),
        }
    )
    rows = rows_of(held)
    everybody = pd.DataFrame({"user": np.arange(rows.shape[0]), "group": 0, "first": -1, "last": rows.until})
    return Log(rows, np.zeros(rows.shape[1], dtype=np.int64), everybody, (np.inf, 180.0, 60.0))


def oulad(folder: Path) -> Log:
    """Read which sites students opened in the presentations of 2013, up to the last whole day of the one whose clicks are cut.

    A presentation is taken to start on the first of its month. Its sites may be offered to those who are registered, until it ends.

    Args:
        folder: the one with studentVle.tsv.gz.
    """
    key = ["code_module", "code_presentation"]
    clicks = pd.read_csv(folder / "studentVle.tsv.gz", sep="\t")
    clicks = clicks[clicks["code_presentation"].isin(STARTS)]
    start = days_of(pd.to_datetime(pd.Series(STARTS)))
    clicks["day"] = clicks["code_presentation"].map(start) + clicks["date"]
    cut = clicks[(clicks["code_module"] == "BBB") & (clicks["code_presentation"] == "2013J")]["day"].max()
    clicks = clicks[clicks["day"] < cut]
    courses = pd.MultiIndex.from_frame(clicks[key].drop_duplicates().sort_values(key))
    users, items = np.unique(clicks["id_student"]), np.unique(clicks["id_site"])
    clicks["user"], clicks["item"] = (
        np.searchsorted(users, clicks["id_student"]),
        np.searchsorted(items, clicks["id_site"]),
    )
    group = np.zeros(len(items), dtype=np.int64)
    group[clicks["item"]] = courses.get_indexer(pd.MultiIndex.from_frame(clicks[key]))
    written = pd.read_csv(folder / "studentRegistration.csv.gz").set_index(key)
    written = written[written.index.isin(courses) & written["id_student"].isin(users)].dropna(
        subset=["date_registration"]
    )
    lengths = pd.read_parquet(folder / "course.parquet").set_index(key)["module_presentation_length"]
    begun = start.loc[written.index.get_level_values(1)].to_numpy()
    members = pd.DataFrame(
        {
            "user": np.searchsorted(users, written["id_student"]),
            "group": courses.get_indexer(written.index),
            "first": begun + written["date_registration"].to_numpy(),
            "last": begun + lengths.loc[written.index].to_numpy(),
        }
    )
    return Log(rows_of(clicks), group, members, (np.inf, 28.0, 7.0))


def repeat(past: Past, half_life: float) -> Dense:
    """Score by on how many days a user took it, later ones counting more; then, and where a list is not full, by popularity of the last weeks."""
    lately = np.asarray(past.within(DAYS).last().counted().sum(axis=0)).ravel()
    return np.asarray(past.counted(half_life).toarray() + 1e-4 * lately / (1 + lately.max()), dtype=np.float32)


def next_steps(past: Past, setting: tuple[float, bool]) -> Dense:
    """Score by what users took on their next day after what the user took, the user's later days counting more.

    Args:
        past: what is known.
        setting: half-life of what the user took, and whether only what was new to them counts as taken next.
    """
    half_life, is_first = setting
    days, at = np.unique(past.user * 100_000 + past.day, return_inverse=True)
    taken = sparse.csr_matrix((np.ones(len(at)), (at, past.item)), shape=(len(days), past.shape[1]))
    then = past.first() if is_first else past
    place = np.searchsorted(days, then.user * 100_000 + then.day)
    counts = sparse.csr_matrix((np.ones(len(place)), (place, then.item)), shape=taken.shape)
    is_next = np.diff(days // 100_000) == 0
    step = (taken[:-1][is_next].T @ counts[1:][is_next]).toarray()
    np.fill_diagonal(step, 0.0)
    step /= np.asarray(taken.sum(axis=0)).T + 10.0
    return np.asarray(past.last().counted(half_life) @ step, dtype=np.float32)


def facts(held: Task) -> dict[str, Dense]:
    """Return what the ranker is told beside what the sources say, users who are judged x items."""
    past, shape = held.past, held.truth.shape
    last = past.last()
    since = np.full(past.shape, 9_999.0, dtype=np.float32)
    since[last.user, last.item] = past.until - last.day
    often = past.counted().toarray().astype(np.float32)
    takers = (often > 0).sum(axis=0)
    first = np.full(past.shape[1], past.until)
    np.minimum.at(first, past.item, past.day)
    told: dict[str, Any] = {
        "age of the item": past.until - first,
        "share who took it again": (often > 1).sum(axis=0) / np.maximum(takers, 1),
        "days since the user was here": since.min(axis=1)[held.users][:, None],
        "days the user was here": np.log1p(often.sum(axis=1))[held.users][:, None],
        "items of the user": np.log1p((often > 0).sum(axis=1))[held.users][:, None],
    }
    for days in (7, 28):
        told[f"takers of {days} days"] = np.log1p(past.within(days).last().counted().sum(axis=0))
        told[f"first takers of {days} days"] = np.log1p(past.first().within(days).counted().sum(axis=0))
    wide = {name: np.broadcast_to(np.asarray(part, dtype=np.float32), shape) for name, part in told.items()}
    return {"days since taken": since[held.users], "days taken": often[held.users], **wide}
