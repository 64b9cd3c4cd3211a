"""Forms of the two steps of a login: shape and messages. What is right or wrong is said by the services."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.accounts import passwords
from portal.email_addresses import LONGEST_EMAIL


def fits(_form: FlaskForm, field: Any) -> None:
    if passwords.is_too_long(field.data or ""):
        raise ValidationError(_("パスワードは128文字以内で入力してください。"))


class PasswordForm(FlaskForm):
    email = EmailField(
        filters=[lambda text: text.strip() if text else text],
        validators=[
            InputRequired(_("メールアドレスを入力してください。")),
            Length(max=LONGEST_EMAIL, message=_("メールアドレスは254文字以内で入力してください。")),
        ],
    )
    password = PasswordField(validators=[InputRequired(_("パスワードを入力してください。")), fits])


class CodeForm(FlaskForm):
    code = StringField(validators=[InputRequired(_("ワンタイムパスワードを入力してください。"))])
