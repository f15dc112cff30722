"""What a routine file holds, as pydantic models.

The descriptions and examples are written once and used three times: in the JSON Schema (an editor shows them
while typing), in the remedies of error messages, and as documentation. Everything is strict: `"30"` is no
number and `true` is no number of seconds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
"""One spoken utterance. The guide breathes between two lines, so a line is about one sentence."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]

Lines = Annotated[list[Line], Field(min_length=1, max_length=30)]

Seconds = Annotated[float, Field(allow_inf_nan=False)]

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _without_default(schema: dict[str, Any]) -> None:
    """Drop a default that only stands for "left out" and that nobody may write."""
    del schema["default"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SetUp(_Part):
    """The way into the position, in full and in short."""

    first_time: Lines = Field(
        description="In full, for the first time, in the order in which the body moves.",
        examples=[["Come to kneeling, with the padding under your {side} knee."]],
    )
    again: Lines = Field(
        default=[],
        description="In short, before every repeat and on the second side. Not needed for a single hold.",
        examples=[["Tailbone down, and shift forward again."]],
        json_schema_extra=_without_default,
    )


class Breathing(_Part):
    """One breath. The guide says when to breathe in and out."""

    in_seconds: Seconds = Field(ge=1, le=20, description="Length of the in-breath, 1 to 20 seconds.", examples=[4])
    out_seconds: Seconds = Field(
        ge=1,
        le=20,
        description="Length of the out-breath, 1 to 20 seconds.",
        examples=[6],
    )
    spoken: Literal["every", "fading"] = Field(
        default="every",
        description="`every` speaks each breath; `fading` speaks the first ones and then only now and then.",
        examples=["fading"],
    )


class Cue(_Part):
    """A line within the hold."""

    at_second: Seconds = Field(
        ge=0,
        le=1800,
        description="Seconds after the hold began. It is spoken from then on, as soon as the voice is free.",
        examples=[5],
    )
    say: Line = Field(
        description="The line. Ten words fit an out-breath of 6 seconds; longer ones make the guide skip "
        "a breath word.",
        examples=["Let the belly be soft around the ball."],
    )


class Pain(_Part):
    """What pain means in this exercise. The guide has said how to come out before any of this is spoken."""

    sharp: Lines = Field(
        description="Answer to sharp or throbbing pain.",
        examples=[["Move the ball a little, and lower yourself more gently than before."]],
    )
    tries_after_sharp: int = Field(
        ge=0,
        le=5,
        description="How often the person may try again after sharp pain before the exercise is over; "
        "0 ends it at once.",
        examples=[0],
    )
    dull: Lines = Field(
        description="Answer to a dull, mild sensation.",
        examples=[["A mild, dull pull is expected here. Go in less deeply."]],
    )


class Exercise(_Part):
    """One exercise."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["hold_seconds"]}, {"required": ["rest_seconds"]}]}
    )

    id: str = Field(
        pattern=_ID,
        max_length=60,
        description="Short name, unique in this file: lower-case letters, digits and hyphens.",
        examples=["ball-release"],
    )
    title: Name = Field(
        description="Name, spoken in the middle of a sentence and shown.", examples=["The ball release"]
    )
    equipment: list[Name] = Field(
        default=[],
        max_length=20,
        description="What must lie within reach, each with its article, as it is read out.",
        examples=[["a mat", "a tennis ball"]],
    )
    purpose: Lines = Field(
        description="What it is for. Spoken when asked why.",
        examples=[["This lengthens the psoas."]],
    )
    setup: SetUp = Field(
        description="How to get into the position.",
        examples=[{"first_time": ["Lie down on your back."]}],
    )
    wait: Literal["ready"] | Annotated[Seconds, Field(ge=1, le=600)] = Field(
        description="After the set-up: `ready` waits for the word, a number waits that many seconds.",
        examples=["ready", 20],
    )
    sides: list[Literal["left", "right"]] = Field(
        default=[],
        max_length=2,
        description="Sides in order. Leave out when the exercise has none.",
        examples=[["right", "left"]],
        json_schema_extra={"uniqueItems": True},
    )
    repeats: int = Field(
        default=1, ge=1, le=20, description="Holds, on each side if there are sides.", examples=[3]
    )
    between_seconds: Seconds = Field(
        default=0,
        ge=0,
        le=300,
        description="Rest between two repeats, from the end of a hold to the beginning of the next.",
        examples=[20],
    )
    hold_seconds: Seconds = Field(
        default=0,
        ge=2,
        le=600,
        description="Length of one hold, counted down at its end. It ends with a whole breath.",
        examples=[30],
        json_schema_extra=_without_default,
    )
    rest_seconds: Seconds = Field(
        default=0,
        ge=2,
        le=1800,
        description="Length of an open rest, instead of `hold_seconds`: no count-down, no halfway.",
        examples=[300],
        json_schema_extra=_without_default,
    )
    breathing: Breathing = Field(
        description="The breathing pattern.", examples=[{"in_seconds": 4, "out_seconds": 6}]
    )
    cues: list[Cue] = Field(
        default=[],
        max_length=60,
        description="Lines within the hold, in order of time.",
        examples=[[{"at_second": 5, "say": "Let the belly be soft around the ball."}]],
    )
    release: Lines = Field(
        description="How to come out of this very position. The first words spoken when something hurts.",
        examples=[["Come off the ball, hands to the floor."]],
    )
    pain: Pain = Field(
        description="What pain means in this exercise, and what to do.",
        examples=[{"sharp": ["Stay out of it."], "tries_after_sharp": 0, "dull": ["Do less."]}],
    )


def _rule(description: str) -> Any:
    """Return the field of a rule that can be switched off; its value is the reason."""
    return Field(
        default="",
        description=description,
        examples=["Our teacher wants it so."],
        json_schema_extra=_without_default,
    )


class RulesOff(_Part):
    """Rules of good speech that are not applied to this file, each with the reason."""

    lone_command: Line = _rule(
        "No command stands alone between two pauses: the guide could hear itself say it, and obey."
    )
    long_sentence: Line = _rule("A sentence of more than eight seconds is hard to follow while moving.")
    long_release: Line = _rule(
        "The first sentence of `release` takes six seconds at most: when it hurts, there is no time for more."
    )
    thin_release: Line = _rule("A release of a word or two does not tell how to come out of the position.")
    thin_pain: Line = _rule("Guidance on pain says in a whole sentence what to do, and dull is not sharp.")
    many_tries: Line = _rule("After sharp pain there is one new try at most.")
    side_left_out: Line = _rule("Both sides get the same time.")
    side_not_said: Line = _rule(
        "With two sides, `setup.first_time` says `{side}` or `{other_side}`: which leg goes where."
    )
    crowded_cue: Line = _rule("A cue begins after the breath word and ends before the next one.")
    short_between: Line = _rule("The lines of `setup.again` fit into `between_seconds`.")
    not_spoken: Line = _rule("Lines are written as they are spoken: no digits, no brackets, no symbols.")
    name_is_command: Line = _rule("No name in `called` is a word of safety, such as the one for pain.")
    wrong_minutes: Line = _rule("`minutes` is about what the routine takes.")


class RoutineFile(_Part):
    """A voiceguide routine."""

    id: str = Field(
        pattern=_ID,
        max_length=60,
        description="Name on the command line and of the file: lower-case letters, digits and hyphens.",
        examples=["psoas-release"],
    )
    language: str = Field(
        pattern=r"^[a-z]{2,3}$", description="Language of the lines, as its ISO 639 code.", examples=["en"]
    )
    title: Name = Field(description="Name, spoken and shown.", examples=["The psoas release"])
    called: list[Name] = Field(
        default=[],
        max_length=6,
        description="What people call it when they choose it by voice, in words that are easy to say.",
        examples=[["short routine", "short one"]],
    )
    summary: Name = Field(
        description="What it is, in a few words, for the list of routines.",
        examples=["Rest, stretch and ball release for both sides"],
    )
    minutes: int = Field(ge=1, le=180, description="About how long it takes, in minutes.", examples=[25])
    welcome: Lines = Field(description="First lines, after the start.", examples=[["We take our time."]])
    exercises: list[Exercise] = Field(
        min_length=1,
        max_length=50,
        description="The exercises in order.",
        examples=[
            [
                {
                    "id": "rest",
                    "title": "The rest",
                    "purpose": ["The muscle lets go by itself."],
                    "setup": {"first_time": ["Lie down on your back, with your knees bent."]},
                    "wait": "ready",
                    "rest_seconds": 300,
                    "breathing": {"in_seconds": 4, "out_seconds": 6},
                    "release": ["Roll slowly onto one side."],
                    "pain": {
                        "sharp": ["Lie in any way that is comfortable."],
                        "tries_after_sharp": 0,
                        "dull": ["Lie only for as long as it feels easy."],
                    },
                }
            ]
        ],
    )
    closing: Lines = Field(description="Last lines.", examples=[["That was the whole routine."]])
    rules_off: RulesOff = Field(
        default=RulesOff(),
        description="Rules of good speech that `voiceguide check` leaves out for this file, each with the reason.",
        examples=[{"long_sentence": "Our teacher wants it so."}],
        json_schema_extra=_without_default,
    )
