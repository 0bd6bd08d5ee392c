"""The rooms in their order, and the gate behind each: the one list that run, graph and release read.

Belongs here: names and order. Does not belong here: how a layer is built or judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.protocol import Protocol


@dataclass(frozen=True)
class Layer:
    """A room: its name, the gate that judges it, and the dbt selectors that build it (none: not built by dbt)."""

    name: str
    gate: str
    select: tuple[str, ...]


RAW = Layer("raw", "g0", ())


def layers(protocol: Protocol) -> tuple[Layer, ...]:
    """The layers of a study, in order; a study without models of its own ends with staging."""
    if not protocol.is_registered:
        return (RAW, Layer("staging", "g1", ("fqn:trialhouse.staging",)))
    return (
        RAW,
        Layer("staging", "g1", ("fqn:trialhouse.protocol", f"fqn:trialhouse.staging.{protocol.study_id}")),
        Layer("intermediate", "g2", ("fqn:trialhouse.intermediate",)),
        Layer("marts", "g3", ("fqn:trialhouse.marts", "fqn:trialhouse.restricted")),
    )


def gates(protocol: Protocol) -> tuple[str, ...]:
    """The gates of a study, in order; all of them must pass before a release."""
    return tuple(layer.gate for layer in layers(protocol))


def gates_from(protocol: Protocol, layer: Layer) -> tuple[str, ...]:
    """The gates whose verdict falls when this layer is built again."""
    names = gates(protocol)
    return names[names.index(layer.gate) :]
