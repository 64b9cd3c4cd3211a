"""The demo: half a year of organizations, a secretariat, talents and their applications, made by the services."""

from datetime import timedelta

from models.base import db
from portal import clock
from portal.database import begin_write
from portal.demo import applications, cast, life, looking, mails, registered, scenes


def load() -> None:
    """In one transaction, so that a load that was cut off leaves an empty database. Needs an application context."""
    now = clock.now()
    begin_write()
    lived = life.Life(cast.write(begun=now - timedelta(days=life.DAYS + 20), now=now), now=now)
    lived.followers.append(applications.Applying(lived).follow)
    life.live(lived)
    life.fill_queue(lived)
    scenes.play(lived)
    mails.Writing(lived).plan()
    looking.plan(lived)
    lived.run()
    registered.wait_at_the_desk(lived.cast, now=now)
    life.share_out(lived)
    life.finish()
    db.session.commit()
