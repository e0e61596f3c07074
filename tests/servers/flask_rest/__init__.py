"""The documented API made with flask-rest-jsonapi-next on Flask, SQLAlchemy and marshmallow."""
