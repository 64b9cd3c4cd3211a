"""Figures for a monitor, in the Prometheus format: of requests as this server counts them, of the rest as the rows say.

The rows are asked when somebody asks for the figures, so that every web server tells the same.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from models.base import db
from models.clockwork import Alarm
from models.entries import Version
from models.mail import OutboxMail
from models.records import JobStatus
from models.states import MailState, State
from portal.clockwork import beats, orders, plan

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where the workers of one server put their counts together
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COUNTED = (State.submitted, State.approved, State.published, State.returned)
OPEN = (MailState.queued, MailState.sending, MailState.failed, MailState.bounced)

REQUESTS = Counter("portal_requests", "Answers by endpoint and status.", ("endpoint", "method", "status"))
SECONDS = Histogram("portal_request_seconds", "How long answers took.", ("door",), buckets=BUCKETS)


def count(endpoint: str, method: str, status: int, seconds: float) -> None:
    """One answer. The door is the first word of the endpoint: few series, and each of somebody's pages."""
    REQUESTS.labels(endpoint or "none", method, status).inc()
    SECONDS.labels(endpoint.partition(".")[0].partition("_")[0] or "none").observe(seconds)


def text(*, now: datetime) -> bytes:
    registry = CollectorRegistry()
    if SHARED in os.environ:
        multiprocess.MultiProcessCollector(registry)
    else:
        for one in (REQUESTS, SECONDS):
            registry.register(one)
    registry.register(Rows(now))
    return generate_latest(registry)


class Rows(Collector):
    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._gauge("portal_schedulers", "Schedulers that live.", {(): len(beats.living(now=self.now))})
        yield self._by("portal_entries", "Versions of entries.", Version.state, Version.state.in_(COUNTED))
        yield self._by("portal_letters", "Letters of the outbox.", OutboxMail.state, OutboxMail.state.in_(OPEN))
        yield self._by("portal_alarms", "Alarms that are open.", Alarm.cause, Alarm.ended_at.is_(None))
        yield from self._of_jobs()

    def _of_jobs(self) -> Iterator[GaugeMetricFamily]:
        rows = db.session.execute(select(JobStatus.job, JobStatus.started_at, JobStatus.seconds, JobStatus.error)).all()
        ages = {(row.job,): (self.now - row.started_at).total_seconds() for row in rows}
        standings = plan.standings(now=self.now)
        late = {
            (job,): (self.now - standing.oldest).total_seconds() if standing.oldest else 0.0
            for job, standing in standings.items()
        }
        job = ("job",)
        yield self._gauge("portal_job_age_seconds", "Since the last run began.", ages, job)
        yield self._gauge("portal_job_seconds", "How long it took.", {(row.job,): row.seconds for row in rows}, job)
        yield self._gauge("portal_job_failed", "Whether it failed.", {(row.job,): bool(row.error) for row in rows}, job)
        yield self._gauge("portal_job_paused", "Stands still.", {(name,): True for name in orders.paused()}, job)
        due = {(name,): standing.due for name, standing in standings.items()}
        yield self._gauge("portal_job_due", "Rows that are due.", due, job)
        yield self._gauge("portal_job_oldest_due_seconds", "How long the oldest of them waits.", late, job)

    def _by(self, name: str, told: str, column: Any, condition: Any) -> GaugeMetricFamily:
        statement = select(column, func.count()).where(condition).group_by(column)
        counted = {(str(value),): number for value, number in db.session.execute(statement)}
        return self._gauge(name, told, counted, ("state",))

    @staticmethod
    def _gauge(name: str, told: str, values: Mapping[Any, float], labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, told, labels=labels)
        for label, value in sorted(values.items()):
            family.add_metric(label, value)
        return family
