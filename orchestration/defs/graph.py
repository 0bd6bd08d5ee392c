"""Names of one study's part of the graph: keys, groups, partitions.

Belongs here: how a study, a layer and a gate are called in Dagster. Does not belong here: what any asset does.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

import dagster as dg

from expectations.protocol import Protocol
from orchestration.layers import Layer, layers

OWNERS = ["team:data-engineering"]
GATE_OWNERS = ["team:data-management"]


@dataclass(frozen=True)
class StudyGraph:
    """One study as the graph sees it; a study without a protocol of its own has no forms before an export is read."""

    study: str
    protocol: Protocol

    @property
    def slug(self) -> str:
        """The study's name as Dagster allows it in names of ops, jobs and partition sets.

        One code location serves all studies: `a-b` and `a_b` must not have one job, or none of them loads.
        """
        plain = re.sub(r"[^A-Za-z0-9_]", "_", self.study)
        return plain if plain == self.study else f"{plain}_{hashlib.sha256(self.study.encode()).hexdigest()[:6]}"

    @cached_property
    def partitions(self) -> dg.DynamicPartitionsDefinition:
        return dg.DynamicPartitionsDefinition(name=f"{self.slug}_exports")

    @property
    def layers(self) -> tuple[Layer, ...]:
        return layers(self.protocol)

    def key(self, layer: str, name: str) -> dg.AssetKey:
        return dg.AssetKey([self.study, layer, name])

    def findings_key(self, layer: Layer) -> dg.AssetKey:
        return self.key("quality", f"findings_{layer.name}")

    @property
    def release_key(self) -> dg.AssetKey:
        return self.key("release", "current")

    def op_name(self, what: str) -> str:
        return f"{self.slug}__{what}"

    @property
    def job_name(self) -> str:
        return f"nightly_{self.slug}"

    @property
    def lock_key(self) -> str:
        return f"lock_{self.slug}"

    def tags(self, layer: str) -> dict[str, str]:
        return {"study": self.slug, "layer": layer}
