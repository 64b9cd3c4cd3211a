"""Extensions without an application; portal.app gives them one."""

from flask_babel import Babel
from flask_mail import Mail
from flask_wtf import CSRFProtect

from models.base import db

babel = Babel()
csrf = CSRFProtect()
mail = Mail()

__all__ = ["babel", "csrf", "db", "mail"]
