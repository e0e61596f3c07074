"""The console script ``invoices-conformance``."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from conformance import __version__
from conformance.commands import completion
from conformance.commands.parser import Parser
from conformance.model.outcome import ExitCode
from conformance.pytest_hooks.reader import EXIT_CODE as UNREAD
from conformance.syntax.wording import printable

# As pytest has it.
_INTERRUPTED = 2


def _run(arguments: Sequence[str]) -> int:
    from conformance.commands import judging

    return judging.run(arguments)


def _serve(options: argparse.Namespace) -> int:
    from conformance.reference.faults import all_faults
    from conformance.reference.personalities import PERSONALITIES
    from conformance.reference.server import serve
    from conformance.reference.variants import all_variants

    faults, variants = all_faults(), all_variants()
    if options.list_faults:
        for name, fault in sorted(faults.items()):
            _listed(name, fault.description, f"{fault.clause}; {', '.join(sorted(fault.caught_by))}")
        return 0
    if options.list_variants:
        for name, variant in sorted(variants.items()):
            _listed(name, variant.description, "; ".join((variant.clause, *sorted(variant.departs))))
        return 0
    for option, given, known in (("fault", options.fault, faults), ("variant", options.variant, variants)):
        if unknown := [name for name in given if name not in known]:
            sys.stderr.write(f"--{option}: unknown: {', '.join(unknown)}; --list-{option}s lists them\n")
            return 4
    wrong = [PERSONALITIES[options.personality]] if options.personality else []
    wrong += [faults[name] for name in options.fault]
    try:
        serve(options.port, wrong, options.invoices, [variants[name] for name in options.variant])
    except ValueError as error:
        sys.stderr.write(f"--invoices: {error}\n")
        return 4
    except OSError as error:
        sys.stderr.write(f"--port: {options.port} cannot be used: {os.strerror(error.errno or 0)}\n")
        return 4
    return 0


def _listed(name: str, description: str, clause: str) -> None:
    sys.stdout.write(f"{name}\n    {description}\n    {clause}\n")


def _requirements(options: argparse.Namespace) -> int:
    from conformance.model.requirements import registry

    if options.format == "json":
        sys.stdout.write(json.dumps([asdict(each) for each in registry().values()], indent=1) + "\n")
        return 0
    for requirement in registry().values():
        needs = f"  needs {', '.join(requirement.needs)}" if requirement.needs else ""
        excluded = f"\n    excluded: {requirement.excluded}" if requirement.excluded else ""
        sys.stdout.write(
            f"{requirement.id}  {requirement.level}  {requirement.source}{needs}\n"
            f"    {requirement.statement}\n    {requirement.citation}{excluded}\n"
        )
    return 0


def _openapi(_: argparse.Namespace) -> int:
    from conformance.model import contract

    sys.stdout.write(contract.bundle_path().read_text(encoding="utf-8"))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from conformance.commands import explain

    try:
        sys.stdout.writelines(f"{line}\n" for line in explain.lines(options.id))
    except explain.UnknownRequirementError as error:
        return _refused(str(error))
    return 0


def _init(options: argparse.Namespace) -> int:
    from conformance.commands import template

    try:
        with Path(options.file).open("x", encoding="utf-8") as file:
            file.write(template.text())
    except FileExistsError:
        return _refused(f"{options.file} is there already: it is left as it is")
    except OSError as error:
        return _refused(f"{options.file} cannot be written: {error.strerror or error}")
    sys.stdout.write(f"written     {options.file}\nnext        invoices-conformance doctor --target={options.file}\n")
    return 0


def _doctor(arguments: Sequence[str]) -> int:
    from conformance.commands import doctor, options
    from conformance.config.settings import SettingError

    try:
        found, code = doctor.examine(doctor.run_of(options.read(arguments)))
    except SettingError as error:
        return _refused(str(error))
    sys.stdout.writelines(f"{printable(line)}\n" for each in found for line in each.split("\n"))
    return code


def _token(options: argparse.Namespace) -> int:
    from conformance.tokens import altered, minted

    variables = ("INVOICES_AUTH_TOKEN", "INVOICES_OTHER_AUTH_TOKEN", "INVOICES_SIGNING_KEY")
    sources = minted.Sources(*(os.environ.get(name, "") for name in variables))
    try:
        sys.stdout.write(minted.produce(options.name, sources) + "\n")
    except altered.ForgeError as error:
        sys.stderr.write(f"{', '.join(variables)}: {error}\n")
        return 4
    return 0


def _completion(options: argparse.Namespace) -> int:
    try:
        sys.stdout.write(completion.script(options.shell))
    except completion.NotInstalledError as error:
        return _refused(str(error))
    return 0


def _refused(message: str) -> int:
    sys.stderr.write(f"{printable(message)}\n")
    return 4


def _report(options: argparse.Namespace) -> int:
    from conformance.observe.record.whole_files import replace_file
    from conformance.report import html, json_report

    try:
        page = html.text(json_report.load(options.report))
        replace_file(Path(options.html), page)
    except json_report.ReportError as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(f"--html: {options.html} cannot be written: {error.strerror or error}")
    return 0


def _merge(options: argparse.Namespace) -> int:
    from conformance.observe.record.whole_files import replace_file
    from conformance.report import html, json_report, merge

    try:
        merged = merge.merge([json_report.load(path) for path in options.reports])
        if options.json:
            replace_file(Path(options.json), json_report.text(merged.report))
        if options.html:
            replace_file(Path(options.html), html.text(merged.report))
    except (json_report.ReportError, merge.MergeError, OSError) as error:
        return _refused(str(error))
    for line in merge.lines(merged, len(options.reports)):
        sys.stdout.write("\n".join(map(printable, line.split("\n"))) + "\n")
    return merged.exit_code


def _diff(options: argparse.Namespace) -> int:
    from conformance.report import diff, json_report

    try:
        old, new = json_report.load(options.old), json_report.load(options.new)
    except json_report.ReportError as error:
        return _refused(str(error))
    found = diff.compare(old, new)
    for line in diff.lines(old, new, found):
        sys.stdout.write(f"{printable(line)}\n")
    return 1 if found.newly_failing or (options.fail_on_lost and found.no_longer_judged) else 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number up to 65535")
    return int(text)


def _parser(parents: Mapping[str, Parser] = MappingProxyType({})) -> Parser:
    """Return the parser; ``parents`` have the options of the commands that read theirs by themselves."""
    parser = Parser(prog="invoices-conformance", description="Judge a server against the documented invoices resource.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in (
        ("run", "judge a server; run --help lists the options"),
        ("doctor", "look at settings and server: what can be judged?"),
    ):
        commands.add_parser(name, help=what, add_help=False, parents=[parents[name]] if name in parents else [])
    serve = commands.add_parser("serve", help="run the reference server and print how to reach it as one JSON line")
    serve.add_argument("--port", type=_port, default=0, help="0, the default, takes a free one")
    serve.add_argument("--fault", action="append", default=[], metavar="NAME", help="make it wrong in one way")
    serve.add_argument(
        "--variant", action="append", default=[], metavar="NAME", help="make it answer otherwise, and stay correct"
    )
    serve.add_argument("--personality", choices=["rails"], help="make it answer as such a server does")
    serve.add_argument(
        "--invoices",
        type=int,
        default=0,
        metavar="N",
        help="how many the collection holds, most of them generated; 0: the fixed ones alone",
    )
    serve.add_argument("--list-faults", action="store_true", help="list the faults and what must catch them")
    serve.add_argument("--list-variants", action="store_true", help="list the lawful variants and what allows them")
    serve.set_defaults(run=_serve)
    listing = commands.add_parser("requirements", help="list the requirements")
    listing.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    listing.set_defaults(run=_requirements)
    document = commands.add_parser("openapi", help="print the OpenAPI document in one file, for other tools")
    document.set_defaults(run=_openapi)
    explain = commands.add_parser("explain", help="show a requirement: clause, requests, and faults that it reports")
    explain.add_argument("id", metavar="ID", help="such as COND-002")
    explain.set_defaults(run=_explain)
    init = commands.add_parser("init", help="write a commented file of settings")
    init.add_argument("file", nargs="?", default="target.yaml", metavar="FILE", help="default: target.yaml")
    init.set_defaults(run=_init)
    report = commands.add_parser("report", help="make the HTML report of a JSON report")
    report.add_argument("report", metavar="REPORT.json")
    report.add_argument("--html", required=True, metavar="FILE", help="where to write it")
    report.set_defaults(run=_report)
    merge = commands.add_parser("merge", help="join the JSON reports of the parts of a sweep into one verdict")
    merge.add_argument("reports", nargs="+", metavar="REPORT.json")
    merge.add_argument("--json", metavar="FILE", help="where to write the joined report")
    merge.add_argument("--html", metavar="FILE", help="where to write it for people")
    merge.set_defaults(run=_merge)
    diff = commands.add_parser("diff", help="show what changed between two JSON reports; 1 when something newly fails")
    diff.add_argument("old", metavar="OLD.json")
    diff.add_argument("new", metavar="NEW.json")
    diff.add_argument("--fail-on-lost", action="store_true", help="also 1 when something is no longer judged")
    diff.set_defaults(run=_diff)
    token = commands.add_parser("token", help="print a token made from $INVOICES_AUTH_TOKEN, for a curl command")
    token.add_argument("name", help="which one; the command of a finding names it")
    token.set_defaults(run=_token)
    completed = commands.add_parser("completion", help="print what a shell reads to complete commands and options")
    completed.add_argument("shell", choices=completion.SHELLS)
    completed.set_defaults(run=_completion)
    return parser


def _whole_parser() -> Parser:
    from conformance.commands import options

    return _parser({name: options.parser(name) for name in ("run", "doctor")})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console script; returns the exit code."""
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        # Before pytest can take it, or after: what there was to write is written.
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 - else Python ends with 1, which means that the server does not conform
        traceback.print_exc()
        return ExitCode.SUITE_ERROR


def _main(arguments: Sequence[str] | None) -> int:
    if "_ARGCOMPLETE" in os.environ:
        completion.complete(_whole_parser())
    given = list(sys.argv[1:] if arguments is None else arguments)
    closed = _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Where the terminal has other characters, the rest is readable all the same.
            stream.reconfigure(errors="backslashreplace")
    try:
        # pytest goes there, too, at the end.
        os.chdir(Path.cwd())
    except OSError as error:
        sys.stderr.write(f"the current folder cannot be used: {error.strerror or error}\n")
        return 4
    if given[:1] == ["run"] and not _asks_for_help(given):
        code = _run(given[1:])
        return _unwritable("it is closed") if closed and code in {0, 1, 5} else code
    try:
        code = _command(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough; nothing is left to be flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _unwritable(error.strerror or str(error))
    return _unwritable("it is closed") if closed and code in {0, 1, 5} else code


def _asks_for_help(given: Sequence[str]) -> bool:
    return any(each in {"-h", "--help"} for each in given)


def _command(given: list[str]) -> int:
    if given[:1] == ["run"]:
        from conformance.commands import options as of_run

        sys.stdout.write(of_run.parser("run").format_help())
        return 0
    if given[:1] == ["doctor"]:
        return _doctor(given[1:])
    options = _parser().parse_args(given)
    return int(options.run(options))


def _open_what_is_closed() -> bool:
    """Let no file or connection become a standard stream; returns whether the output was closed."""
    closed = sys.stdout is None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if closed:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    return closed


def _unwritable(problem: str) -> int:
    sys.stderr.write(f"standard output cannot be written: {problem}\n")
    return 3


if __name__ == "__main__":
    sys.exit(main())
