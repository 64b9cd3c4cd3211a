"""How fast the portal is, beside a stock Flask-Admin of the same columns and the floor of bare SQL and template."""
