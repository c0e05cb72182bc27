"""What monitoring keeps: states, cells, closed periods, rebuilds, and when sources were last heard."""

from monitoring.store.states import METADATA, EntityStates, HeldState, cells, entity_states
from monitoring.store.work import Tx

__all__ = ["METADATA", "EntityStates", "HeldState", "Tx", "cells", "entity_states"]
