"""The documented API made with djangorestframework-jsonapi on Django."""
