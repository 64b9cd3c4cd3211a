"""Who gets what at every address: one row a (endpoint, method), one answer a person. Written by hand; a route without
a row fails the build, and so does a row without a route.

    200     a page
    go      a redirect: the act is done, or the person is led on
    login   a redirect to the login
    out     the same, as the end of the session or of a registration
    403     known, but not their door
    404     nothing there: theirs it is not, or it is not at all
    4xx     refused in words

Where an address names an object, it is one of `owner`'s organization, or `talent`'s own. `other`, `noncorp` and `rival`
own objects too; with their own they get what `owner` and `talent` get (test_matrix tries both). What is about talents
is 403 for `noncorp` (G6).
"""

from collections.abc import Mapping

from tests.access.world import PEOPLE

Row = Mapping[str, str]


def row(answers: str) -> Row:
    return dict(zip(PEOPLE, answers.split(), strict=True))


# fmt: off
#                anonym talent rival  owner  editor viewer other  noncorp susp  review admin
ALL        = row("200    200    200    200    200    200    200    200    200    200    200    ")
ALL_GO     = row("go     go     go     go     go     go     go     go     go     go     go     ")
OUT        = row("out    out    out    out    out    out    out    out    out    out    out    ")
INCOMPLETE = row("422    422    422    422    422    422    422    422    422    422    422    ")
FIRST_STEP = row("200    go     go     go     go     go     go     go     200    go     go     ")
CHECK      = row("422    go     go     go     go     go     go     go     422    go     go     ")
SECOND     = row("login  go     go     go     go     go     go     go     login  go     go     ")
AGAIN      = row("login  login  login  login  login  login  login  login  login  login  login  ")
ONESELF    = row("login  200    200    200    200    200    200    200    login  200    200    ")
END_OTHERS = row("login  go     go     go     go     go     go     go     login  go     go     ")
END_ONE    = row("login  404    404    go     404    404    404    404    login  404    404    ")
TALENT     = row("login  200    200    403    403    403    403    403    login  403    403    ")
TALENT_ID  = row("login  200    404    403    403    403    403    403    login  403    403    ")
TALENT_GO  = row("login  go     go     403    403    403    403    403    login  403    403    ")
TALENT_DO  = row("login  go     404    403    403    403    403    403    login  403    403    ")
TALENT_NOT = row("login  422    422    403    403    403    403    403    login  403    403    ")
NO_FILE    = row("login  422    404    403    403    403    403    403    login  403    403    ")
# the organization's door: pages, pages about an object, acts, acts on an object, and what is one person's own
MEMBER     = row("login  403    403    200    200    200    200    200    login  403    403    ")
MEMBER_ID  = row("login  403    403    200    200    200    404    404    login  403    403    ")
MEMBER_GO  = row("login  403    403    go     go     go     go     go     login  403    403    ")
MEMBER_DO  = row("login  403    403    go     go     go     404    404    login  403    403    ")
MEMBER_ACT = row("login  403    403    go     404    404    404    404    login  403    403    ")
# about talents: pages, acts, and what belongs to the organization or to one of its members
SEEK       = row("login  403    403    200    200    200    200    403    login  403    403    ")
SEEK_GO    = row("login  403    403    go     go     go     go     403    login  403    403    ")
SEEK_ID    = row("login  403    403    go     go     go     404    403    login  403    403    ")
MARK       = row("login  403    403    go     go     403    go     403    login  403    403    ")
MARK_PAGE  = row("login  403    403    200    200    403    404    403    login  403    403    ")
MARK_ID    = row("login  403    403    go     go     403    404    403    login  403    403    ")
MARK_OWN   = row("login  403    403    go     403    403    404    403    login  403    403    ")
MEMBER_OWN = row("login  403    403    200    404    404    404    404    login  403    403    ")
WRITER     = row("login  403    403    200    200    403    200    200    login  403    403    ")
WRITER_ID  = row("login  403    403    200    200    403    404    404    login  403    403    ")
WRITE      = row("login  403    403    go     go     403    go     go     login  403    403    ")
WRITE_ID   = row("login  403    403    go     go     403    404    404    login  403    403    ")
# what one owner does with the members of the organization
OWNER      = row("login  403    403    200    403    403    200    200    login  403    403    ")
OWNER_NOT  = row("login  403    403    422    403    403    422    422    login  403    403    ")
OWNER_ID   = row("login  403    403    200    403    403    404    404    login  403    403    ")
OWNER_DO   = row("login  403    403    go     403    403    404    404    login  403    403    ")
# one's own account; `WITHOUT`: with a form that lacks what it asks for
WITHOUT    = row("login  422    422    422    422    422    422    422    login  422    422    ")
OWN_GO     = row("login  go     go     go     go     go     go     go     login  go     go     ")
MEMBER_NOT = row("login  403    403    422    422    422    422    422    login  403    403    ")
# addresses of mails
TO         = row("go     go     go     go     go     go     go     go     go     go     go     ")
NO_PAGE    = row("404    404    404    404    404    404    404    404    404    404    404    ")
NOWHERE    = row("410    410    410    410    410    410    410    410    410    410    410    ")
# the desk
OFFICE     = row("login  403    403    403    403    403    403    403    login  200    200    ")
OFFICE_GO  = row("login  403    403    403    403    403    403    403    login  go     go     ")
ADMIN      = row("login  403    403    403    403    403    403    403    login  403    200    ")
ADMIN_GO   = row("login  403    403    403    403    403    403    403    login  403    go     ")
# fmt: on

SLUGS = ("jobs", "events", "notices")

MATRIX: dict[tuple[str, str], Row] = {
    # the public site, and what machines read
    ("static", "GET"): ALL,
    ("public.home", "GET"): ALL,
    ("public.listing", "GET"): ALL,
    ("public.entry", "GET"): ALL,
    ("public.entry_file", "GET"): ALL,
    ("public.organization", "GET"): ALL,
    ("public.logo", "GET"): ALL,
    ("public.feed", "GET"): ALL,
    ("public.calendar", "GET"): ALL,
    ("public.sitemap", "GET"): ALL,
    ("public.robots", "GET"): ALL,
    ("public.guide", "GET"): ALL,
    ("public.contact", "GET"): ALL,
    ("public.privacy", "GET"): ALL,
    ("public.accessibility", "GET"): ALL,
    ("health.alive", "GET"): ALL,
    ("health.ready", "GET"): ALL,
    # the demo alone
    ("demo_mail.index", "GET"): ALL,
    ("demo_mail.detail", "GET"): ALL,
    # login
    ("login.staff", "GET"): FIRST_STEP,
    ("login.staff_check", "POST"): CHECK,
    ("login.talent", "GET"): FIRST_STEP,
    ("login.talent_check", "POST"): CHECK,
    ("login.show_second_step", "GET"): SECOND,
    ("login.take_second_step", "POST"): AGAIN,
    ("login.resend_code", "POST"): AGAIN,
    ("login.log_out", "POST"): OUT,
    ("account.list_sessions", "GET"): ONESELF,
    ("account.end_session", "POST"): END_ONE,
    ("account.end_other_sessions", "POST"): END_OTHERS,
    ("account.show_confirm", "GET"): ONESELF,
    ("account.take_confirm", "POST"): WITHOUT,
    ("account.show", "GET"): ONESELF,
    ("account.show_password", "GET"): ONESELF,
    ("account.take_password", "POST"): WITHOUT,
    ("account.show_email", "GET"): ONESELF,
    ("account.take_email", "POST"): WITHOUT,
    ("authenticator.show", "GET"): ONESELF,
    ("authenticator.begin", "POST"): WITHOUT,
    ("authenticator.show_setup", "GET"): OWN_GO,  # nothing begun: back to where it begins
    ("authenticator.take_setup", "POST"): OWN_GO,
    ("authenticator.renew_codes", "POST"): WITHOUT,
    ("authenticator.remove", "POST"): WITHOUT,
    ("reminders.show", "GET"): ONESELF,
    ("reminders.choose", "POST"): OWN_GO,
    ("reissue.choose", "GET"): ALL,
    ("reissue.show_request", "GET"): ALL,
    ("reissue.take_request", "POST"): TO,
    ("reissue.show_sent", "GET"): ALL,
    (
        "reissue.show_setting",
        "GET",
    ): NOWHERE,  # without the address of a mail in the cookie, where the next but one puts it
    ("reissue.take_setting", "POST"): NOWHERE,
    ("reissue.take_address", "GET"): TO,
    ("reissue.show_done", "GET"): ALL,
    ("reissue.show_email", "GET"): ALL,
    ("reissue.take_email", "POST"): ALL,
    ("reissue.show_undo", "GET"): ALL,
    ("reissue.take_undo", "POST"): ALL,
    # talents
    ("talent.show_registration", "GET"): ALL,
    ("talent.take_registration", "POST"): INCOMPLETE,
    ("talent.show_confirmation", "GET"): ALL,
    ("talent.take_confirmation", "POST"): OUT,
    ("talent.home", "GET"): TALENT,
    ("talent.show_profile", "GET"): TALENT,
    ("talent.take_profile", "POST"): TALENT_GO,
    ("talent.take_photo", "POST"): TALENT_GO,
    ("talent.show_resume", "GET"): TALENT,
    ("talent.take_resume", "POST"): TALENT_GO,
    ("talent.show_apply", "GET"): TALENT,
    ("talent.take_apply", "POST"): TALENT_GO,
    ("talent.list_applications", "GET"): TALENT,
    ("talent.show_application", "GET"): TALENT_ID,
    ("talent.confirm_application", "GET"): TALENT_ID,
    ("talent.submit_application", "POST"): TALENT_DO,
    ("talent.done_application", "GET"): TALENT_ID,
    ("talent.own_document", "GET"): TALENT_ID,
    ("talent.hand_in_documents", "POST"): NO_FILE,
    ("talent.ask_withdrawal", "GET"): TALENT_ID,
    ("talent.withdraw_application", "POST"): TALENT_DO,
    ("talent.discard_application", "POST"): TALENT_DO,
    ("talent.list_readings", "GET"): TALENT,
    ("talent.list_hidden", "GET"): TALENT,
    ("talent.change_hidden", "POST"): TALENT_GO,
    ("talent.mailbox", "GET"): TALENT,
    ("talent.thread", "GET"): TALENT_ID,
    ("talent.reply", "POST"): TALENT_DO,
    ("talent.message_file", "GET"): TALENT_ID,
    ("talent.list_stops", "GET"): TALENT,
    ("talent.change_stops", "POST"): TALENT_GO,
    ("talent.stop_offers", "GET"): ALL,  # by the link of a mail
    ("talent.take_stop", "POST"): ALL,
    ("talent.show_own_data", "GET"): TALENT,
    ("talent.request_own_data", "POST"): TALENT_GO,
    ("talent.fetch_own_data", "GET"): TALENT_ID,
    ("talent.ask_leaving", "GET"): TALENT,
    ("talent.take_leaving", "POST"): TALENT_NOT,
    # new organizations, by the link of a mail
    ("registration.show_start", "GET"): ALL,
    ("registration.take_start", "POST"): INCOMPLETE,
    ("registration.show", "GET"): ALL_GO,
    ("registration.edit", "GET"): ALL,
    ("registration.save", "POST"): ALL_GO,
    ("registration.show_files", "GET"): ALL,
    ("registration.take_files", "POST"): ALL_GO,
    ("registration.confirm", "GET"): ALL,
    ("registration.submit", "POST"): ALL_GO,
    # organizations
    ("organization.index", "GET"): MEMBER,
    ("organization_registration.index", "GET"): MEMBER,
    ("organization_registration.section", "GET"): MEMBER,
    ("organization_registration_form.index", "GET"): WRITE,
    ("organization_registration_form.edit", "GET"): WRITER,
    ("organization_registration_form.confirm", "POST"): WRITER,
    ("organization_registration_form.update", "POST"): WRITE,
    ("organization_registration_form.logo", "POST"): WRITE,
    ("organization_registration_form.withdraw", "POST"): WRITE_ID,
    ("organization_registration_form.still_true", "POST"): WRITE,
    **{
        (f"organization_{slug}{endpoint}", method): answers
        for slug in SLUGS
        for endpoint, method, answers in (
            (".index_view", "GET", MEMBER),
            (".entry", "GET", MEMBER_ID),
            (".sheet", "GET", MEMBER),
            (".file", "GET", MEMBER_ID),
            ("_closing.index", "GET", WRITE),
            ("_closing.ask", "POST", WRITER_ID),
            ("_closing.end", "POST", WRITE_ID),
            ("_form.new", "GET", WRITER),
            ("_form.create", "POST", WRITE),
            ("_form.edit", "GET", WRITER_ID),
            ("_form.save", "POST", WRITE_ID),
            ("_form.keep_new", "POST", WRITER),
            ("_form.keep_draft", "POST", WRITER_ID),
            ("_form.here", "POST", WRITER_ID),
            ("_form.preview", "POST", WRITER),
            ("_form.check", "POST", WRITER),
            ("_form.confirm", "GET", WRITER_ID),
            ("_form.submit", "POST", WRITE_ID),
            ("_form.done", "GET", WRITER_ID),
            ("_form.revise", "POST", WRITE_ID),
            ("_form.copy", "POST", WRITE_ID),
            ("_form.withdraw", "POST", WRITE_ID),
            ("_form.close", "POST", WRITE_ID),
            ("_form.discard", "POST", WRITE_ID),
        )
    },
    # applications, at the organization's door
    ("organization_applications.index", "GET"): MEMBER,
    ("organization_applications.applications", "GET"): MEMBER_ID,
    ("organization_applications.detail", "GET"): MEMBER_ID,
    ("organization_applications.document", "GET"): MEMBER_ID,
    ("organization_applications.resume", "POST"): MEMBER_DO,
    ("organization_applications.download", "POST"): MEMBER_DO,
    ("organization_applications.download_person", "POST"): MEMBER_DO,
    ("organization_applications.fetch", "GET"): MEMBER_OWN,
    ("organization_applications.cancel", "POST"): MEMBER_ACT,
    ("organization_selection.index", "GET"): WRITE,
    ("organization_selection.stage", "POST"): WRITER_ID,
    ("organization_selection.ask", "POST"): WRITER_ID,
    ("organization_selection.send_request", "POST"): WRITER_ID,
    ("organization_selection.mailer", "POST"): WRITER_ID,
    ("organization_selection.mail", "POST"): WRITE_ID,
    ("organization_selection.stage_one", "POST"): WRITE_ID,
    ("organization_selection.note", "POST"): WRITE_ID,
    ("organization_selection.judge", "POST"): WRITE_ID,
    ("organization_selection.ask_one", "POST"): WRITE_ID,
    # the mailbox
    ("organization_mailbox.index", "GET"): SEEK,
    ("organization_mailbox.sent", "GET"): SEEK,
    ("organization_threads.index", "GET"): MEMBER_GO,
    ("organization_threads.thread", "GET"): MEMBER_ID,
    ("organization_threads.file", "GET"): MEMBER_ID,
    ("organization_answers.index", "GET"): WRITE,
    ("organization_answers.reply", "POST"): WRITE_ID,
    # published profiles
    ("organization_talents.index", "GET"): SEEK,
    ("organization_talents.detail", "GET"): SEEK,
    ("organization_favorites.index", "GET"): SEEK,
    ("organization_favorites.postings", "GET"): SEEK,
    ("organization_favorites.export", "POST"): SEEK_GO,
    ("organization_marks.index", "GET"): MARK,
    ("organization_marks.mark", "POST"): MARK,
    ("organization_marks.unmark", "POST"): MARK,
    ("organization_marks.add", "POST"): MARK,
    ("organization_marks.remove", "POST"): MARK_ID,
    ("organization_marks.note", "GET"): MARK_PAGE,
    ("organization_marks.save_note", "POST"): MARK_ID,
    ("organization_searches.index", "GET"): SEEK,
    ("organization_searches.open", "POST"): SEEK_ID,
    ("organization_saving.index", "GET"): MARK,
    ("organization_saving.add", "POST"): MARK,
    ("organization_saving.rename", "POST"): MARK_ID,
    ("organization_saving.remove", "POST"): MARK_ID,
    ("organization_saving.digest", "POST"): MARK_OWN,
    # mails to talents and applicants, and their templates
    ("organization_mails.compose", "GET"): WRITER_ID,
    ("organization_mails.write", "POST"): WRITER_ID,
    ("organization_mails.choose", "POST"): WRITER_ID,
    ("organization_mails.confirm", "POST"): WRITER_ID,
    ("organization_mails.test", "POST"): WRITER_ID,
    ("organization_mails.send", "POST"): WRITE_ID,
    ("organization_mails.result", "GET"): WRITER_ID,
    ("organization_mails.cancel", "POST"): WRITE_ID,
    ("organization_templates.index", "GET"): WRITER,
    ("organization_templates.new", "GET"): WRITER,
    ("organization_templates.create", "POST"): WRITE,
    ("organization_templates.edit", "GET"): WRITER_ID,
    ("organization_templates.save", "POST"): WRITE_ID,
    ("organization_templates.ask_deleting", "GET"): WRITER_ID,
    ("organization_templates.delete", "POST"): WRITE_ID,
    # one's account and the members, at the organization's door
    ("organization_account.index", "GET"): MEMBER,
    ("organization_account.password", "GET"): MEMBER,
    ("organization_account.change", "POST"): MEMBER_NOT,
    ("organization_members.index", "GET"): OWNER,
    ("organization_members.show_invitation", "GET"): OWNER,
    ("organization_members.invite", "POST"): OWNER_NOT,
    ("organization_members.role", "POST"): OWNER_DO,
    ("organization_members.again", "POST"): OWNER_DO,
    ("organization_members.cancel", "POST"): OWNER_DO,
    ("organization_members.ask_removing", "GET"): OWNER_ID,
    ("organization_members.remove", "POST"): OWNER_DO,
    # the secretariat
    ("desk.index", "GET"): OFFICE,
    ("desk.review", "GET"): OFFICE,
    ("desk.file", "GET"): OFFICE,
    ("desk.decide", "POST"): OFFICE_GO,
    ("desk.extend", "POST"): OFFICE_GO,
    ("desk.assign", "POST"): OFFICE_GO,
    ("desk.undo", "POST"): OFFICE_GO,
    ("desk_triage.index", "GET"): OFFICE_GO,
    ("desk_triage.look", "POST"): OFFICE,
    ("desk_triage.away", "POST"): OFFICE,
    ("desk_triage.aside", "POST"): OFFICE_GO,
    ("desk_triage.take_up", "POST"): OFFICE_GO,
    ("desk_triage.note", "POST"): OFFICE_GO,
    ("desk_filter.index", "GET"): OFFICE,
    ("desk_filter.save", "POST"): OFFICE_GO,
    ("desk_filter.delete", "POST"): OFFICE_GO,
    ("desk_bulk.index", "GET"): OFFICE_GO,
    ("desk_bulk.plan", "POST"): OFFICE,
    ("desk_bulk.run", "POST"): OFFICE_GO,
    ("desk_bulk.result", "GET"): OFFICE,
    ("desk_entries.index_view", "GET"): OFFICE,
    ("desk_organizations.index_view", "GET"): OFFICE,
    ("desk_mail.index_view", "GET"): OFFICE,
    ("metering.figures", "GET"): NO_PAGE,
    ("desk_mail.resend", "POST"): OFFICE_GO,
    ("desk_mail.stop", "POST"): OFFICE_GO,
    ("desk_mail.resend_all", "POST"): OFFICE_GO,
    ("desk_trail.index", "GET"): OFFICE,
    ("desk_trail.event", "GET"): OFFICE,
    ("desk_trail_export.index", "GET"): ADMIN_GO,
    ("desk_trail_export.make", "POST"): ADMIN_GO,
    ("desk_trail_export.fetch", "GET"): ADMIN,
    ("desk_trail_export.cancel", "POST"): ADMIN_GO,
    ("desk_find.index", "GET"): OFFICE,
    ("desk_dashboard.index", "GET"): OFFICE,
    ("desk_dashboard.weeks", "GET"): OFFICE,
    ("desk_retention.index", "GET"): ADMIN,
    ("desk_retention.detail", "GET"): ADMIN,
    ("desk_retention.act", "POST"): ADMIN_GO,
    ("desk_jobs.index_view", "GET"): OFFICE,
    ("desk_jobs.detail", "GET"): OFFICE,
    ("desk_jobs.order", "POST"): ADMIN_GO,
    ("desk_phrases.index_view", "GET"): OFFICE,
    ("desk_phrases.create_view", "GET"): OFFICE,
    ("desk_phrases.create_view", "POST"): OFFICE_GO,
    ("desk_phrases.edit_view", "GET"): OFFICE,
    ("desk_phrases.edit_view", "POST"): OFFICE_GO,
    ("desk_phrases.delete_view", "POST"): OFFICE_GO,
    ("desk_closed_days.index_view", "GET"): ADMIN,
    ("desk_closed_days.create_view", "GET"): ADMIN,
    ("desk_closed_days.create_view", "POST"): ADMIN_GO,
    ("desk_closed_days.edit_view", "GET"): ADMIN,
    ("desk_closed_days.edit_view", "POST"): ADMIN_GO,
    ("desk_closed_days.delete_view", "POST"): ADMIN_GO,
    ("desk_mail_samples.index_view", "GET"): ADMIN,
    ("desk_mail_samples.create_view", "GET"): ADMIN,
    ("desk_mail_samples.create_view", "POST"): ADMIN_GO,
    ("desk_mail_samples.edit_view", "GET"): ADMIN,
    ("desk_mail_samples.edit_view", "POST"): ADMIN_GO,
    ("desk_mail_samples.delete_view", "POST"): ADMIN_GO,
    # the administration
    ("desk_organizations.detail", "GET"): OFFICE,
    ("desk_organizations.note", "POST"): OFFICE_GO,
    ("desk_organizations.posting", "POST"): OFFICE_GO,
    ("desk_suspensions.index", "GET"): ADMIN_GO,
    ("desk_suspensions.begin", "POST"): ADMIN_GO,
    ("desk_suspensions.end", "POST"): ADMIN_GO,
    ("desk_members.index_view", "GET"): OFFICE,
    ("desk_members.detail", "GET"): OFFICE,
    ("desk_secretaries.index_view", "GET"): ADMIN,
    ("desk_secretaries.create_view", "GET"): ADMIN,
    ("desk_secretaries.create_view", "POST"): ADMIN_GO,
    ("desk_secretaries.detail", "GET"): ADMIN,
    ("desk_account_acts.index", "GET"): ADMIN_GO,
    ("desk_account_acts.suspend", "POST"): ADMIN_GO,
    ("desk_account_acts.restore", "POST"): ADMIN_GO,
    ("desk_account_acts.role", "POST"): ADMIN_GO,
    ("desk_account_acts.password_mail", "POST"): ADMIN_GO,
    ("desk_account_acts.sessions", "POST"): ADMIN_GO,
    ("desk_account_acts.erase", "POST"): ADMIN_GO,
    ("desk_talents.index_view", "GET"): OFFICE,
    ("desk_talents.detail", "GET"): OFFICE,
    ("desk_news.index_view", "GET"): OFFICE,
    ("desk_news.create_view", "GET"): OFFICE,
    ("desk_news.create_view", "POST"): OFFICE_GO,
    ("desk_news.edit_view", "GET"): OFFICE,
    ("desk_news.edit_view", "POST"): OFFICE_GO,
    ("desk_news.delete_view", "POST"): OFFICE_GO,
    ("desk_settings.index_view", "GET"): ADMIN,
    ("desk_settings.save", "POST"): ADMIN_GO,
    ("desk_settings.reset", "POST"): ADMIN_GO,
    ("desk_codes.index_view", "GET"): ADMIN,
    ("desk_codes.edit", "GET"): ADMIN,
    ("desk_codes.save", "POST"): ADMIN_GO,
    ("desk_rules.index_view", "GET"): ADMIN,
    ("desk_rules.edit", "GET"): ADMIN,
    ("desk_rules.save", "POST"): ADMIN_GO,
    ("desk_registrations.index", "GET"): OFFICE,
    ("desk_registrations.review", "GET"): OFFICE,
    ("desk_registrations.decide", "POST"): OFFICE_GO,
    ("desk_registrations.file", "GET"): OFFICE,
}
