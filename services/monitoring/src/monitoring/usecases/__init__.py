"""What monitoring does: the engine, rebuilds, the closing of periods."""

from monitoring.usecases.engine import absorb, newest_of, replay_dead_letter, retire, withdraw_dead_letter

__all__ = ["absorb", "newest_of", "replay_dead_letter", "retire", "withdraw_dead_letter"]
