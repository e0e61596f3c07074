"""The generated part: requests made from the OpenAPI document, judged by the rules of the checks and by a few more.

Only ``engine`` and ``hooks`` import schemathesis, and only when generated requests are wanted.
"""
