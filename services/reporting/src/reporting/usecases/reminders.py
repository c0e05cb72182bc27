"""Reminding the divisions of what is due; done by the worker, again and again."""

from __future__ import annotations

from reporting.domain.reminder import Notice, Reminder, reminder_due
from reporting.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY


async def send_reminders(tx: Tx) -> int:
    """Send every reminder that a duty has earned and that was not sent yet; how many there were."""
    reader = tx.around.parameters.reader(tx.today)
    notice = Notice(reader.integer("figures.remind.days_before"), reader.integer("figures.remind.days_after"))
    earned = [
        Reminder(new_id(tx.at), duty.form.code, duty.division.code, str(duty.period), kind, duty.due.on, tx.at)
        for duty in await tx.duties.open(list(tx.forms), area=Area(CITY))
        if (kind := reminder_due(duty, notice)) is not None
    ]
    return await tx.reminders.send(earned)
