"""Story 4, first part: client types are facts of the contract, and thirty seats of one firm are one client."""

from __future__ import annotations

from learnlake.lake.tables.gold import SEGMENTS


def test_every_client_has_the_type_of_the_contract_and_a_firm_counts_once(world) -> None:
    assert world.known.clients == 1.0
    counted, planted = world.known.enterprises
    assert counted == planted
    row = world.run.inputs.store.read(SEGMENTS).where("scheme = 'client' AND segment_id = 'enterprise'").first()
    assert row.member_count > row.client_count, "the big firm alone has many seats"
