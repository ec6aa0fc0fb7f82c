"""``python -m sitebuild``: build, serve and check the site; lay down a chapter."""

import argparse
import sys
from pathlib import Path

from sitebuild import SITE, answered, build, checks, facts, newchapter, quick, reproduce
from sitebuild.browser import node
from sitebuild.problems import ProblemError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sitebuild")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build the site into a folder")
    building.add_argument("--site-dir", type=Path, default=SITE)
    building.add_argument("--builder", choices=["mkdocs", "zensical"], default="mkdocs")
    building.add_argument("--plain", action="store_true", help="without buttons")
    serving = commands.add_parser("serve", help="build, serve, rebuild on changes")
    serving.add_argument("--address", default="127.0.0.1:8000")
    serving.add_argument("--plain", action="store_true", help="without buttons")
    commands.add_parser("check", help="read the tree and name what is wrong")
    quick_run = commands.add_parser("quick", help="run what a change can have broken")
    quick_run.add_argument("--all", action="store_true", help="run the others too")
    commands.add_parser("reproduce", help="build twice and compare every byte")
    web = commands.add_parser("web", help="check and test the front end's sources")
    web.add_argument("--format", action="store_true", help="format them instead")
    exercise = commands.add_parser("exercise", help="judge an answer to an exercise")
    exercise.add_argument("name")
    exercise.add_argument("answer", type=Path, help="the file that holds it")
    chapter = commands.add_parser("chapter", help="lay down the files of a new chapter")
    chapter.add_argument("slug")
    return parser.parse_args()


def main() -> int:
    """Run one command; return 1 after printing each problem as ``file:line: what``."""
    arguments = _arguments()
    try:
        match arguments.command:
            case "build":
                site = arguments.site_dir.resolve()
                build.build(site, arguments.builder, plain=arguments.plain)
            case "serve":
                build.serve(arguments.address, plain=arguments.plain)
            case "check":
                try:
                    checks.require_none()
                finally:
                    facts.keep()
            case "quick":
                return 0 if quick.run(everything=arguments.all) else 1
            case "reproduce":
                reproduce.reproduce()
            case "web":
                node.format_sources() if arguments.format else node.check_sources()
            case "exercise":
                return 0 if answered.judge(arguments.name, arguments.answer) else 1
            case "chapter":
                newchapter.lay_down(arguments.slug)
    except ProblemError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
