"""The guide's own sentences: which ones the session needs, and filling in their blanks.

The words are data (`voiceguide/language/locales/*.yaml`); here stand only their names and the blanks each may
have. A routine's own lines are filled by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voiceguide.core.commands import Command
from voiceguide.core.plan import Side

PROMPTS: Mapping[str, frozenset[str]] = {
    # Before and around the exercises
    "recording_note": frozenset(),
    "not_a_device": frozenset(),
    "how_to_speak": frozenset(),
    "four_reasons": frozenset(),
    "week_rule": frozenset(),
    "week_unknown": frozenset(),
    "check_ask": frozenset(),
    "check_advice": frozenset(),
    "return_at": frozenset({"title"}),
    "return_side": frozenset({"side"}),
    "return_repeat": frozenset({"number", "total"}),
    "return_ask": frozenset(),
    "begin_with": frozenset({"side"}),
    "waiting": frozenset({"routine"}),
    "start_asked": frozenset(),
    "voice_asked": frozenset(),
    "one_at_a_time": frozenset({"routine"}),
    "duration": frozenset({"minutes"}),
    "equipment": frozenset({"item"}),
    "equipment_more": frozenset({"item"}),
    "ask_ready": frozenset(),
    "begin": frozenset(),
    "once_more": frozenset(),
    "summary": frozenset({"done", "total"}),
    "summary_all": frozenset(),
    "uneven": frozenset({"side"}),
    "goodbye": frozenset(),
    # Within and between holds
    "breathe_in": frozenset(),
    "breathe_out": frozenset(),
    "in": frozenset(),
    "out": frozenset(),
    "halfway": frozenset(),
    "count_3": frozenset(),
    "count_2": frozenset(),
    "count_1": frozenset(),
    "ease_off": frozenset(),
    "now_side": frozenset({"side"}),
    "next_repeat": frozenset({"number", "total"}),
    "next_side": frozenset({"side"}),
    "next_exercise": frozenset({"title"}),
    "next_end": frozenset(),
    "this_side": frozenset({"side"}),
    "no_sides": frozenset(),
    "side_left": frozenset(),
    "side_right": frozenset(),
    # Answers
    "paused": frozenset(),
    "resumed": frozenset(),
    "stop_hurts": frozenset(),
    "stop_ask": frozenset(),
    "doubt_ask": frozenset(),
    "hurts_wait": frozenset(),
    "not_understood": frozenset(),
    "now_waiting": frozenset(),
    "now_setup": frozenset(),
    "now_rest": frozenset(),
    "now_hold": frozenset(),
    "now_paused": frozenset(),
    "did_you_say": frozenset({"phrase"}),
    "how_long": frozenset({"minutes"}),
    "how_long_soon": frozenset(),
    "hold_left": frozenset({"seconds"}),
    "what_is": frozenset(),
    "why_tight": frozenset(),
    "pairing": frozenset(),
    "pairing_digit": frozenset({"digit"}),
    "nothing_yet": frozenset(),
    "last_never": frozenset(),
    "last_today": frozenset(),
    "last_yesterday": frozenset(),
    "last_days": frozenset({"days"}),
    "last_long_ago": frozenset(),
    "last_unsure": frozenset(),
    "slower": frozenset(),
    "faster": frozenset(),
    "slowest": frozenset(),
    "fastest": frozenset(),
    "loudest": frozenset(),
    "quietest": frozenset(),
    "help_waiting": frozenset(),
    "help_setup": frozenset(),
    "help_hold": frozenset(),
    "help_paused": frozenset(),
    "hearing_slow": frozenset(),
    "history_lost": frozenset(),
    "hearing_clipping": frozenset(),
    "hearing_quiet": frozenset(),
    "stopping_now": frozenset(),
    "stopping_in_position": frozenset(),
    "gave_up_in_use": frozenset(),
    "gave_up_settings": frozenset(),
    "gave_up_routine": frozenset(),
    "gave_up_recogniser": frozenset(),
    "gave_up_voice": frozenset(),
    "gave_up_sound": frozenset(),
    "gave_up_otherwise": frozenset(),
    "gave_up_help": frozenset(),
    "gave_up_for_good": frozenset(),
    "hearing_lost": frozenset(),
    "hearing_lost_microphone": frozenset(),
    "hearing_lost_card": frozenset(),
    "hearing_lost_machine": frozenset(),
    "hearing_lost_recogniser": frozenset(),
    "hearing_lost_rest": frozenset(),
    "hearing_lost_for_now": frozenset(),
    "hearing_back": frozenset(),
    "hearing_back_paused": frozenset(),
    # Safety
    "safety_release_anywhere": frozenset(),
    "safety_ask": frozenset(),
    "safety_ask_again": frozenset(),
    "safety_narrow": frozenset(),
    "safety_unclear": frozenset(),
    "safety_serious": frozenset(),
    "safety_shooting": frozenset(),
    "safety_numb": frozenset(),
    "safety_worse": frozenset(),
    "safety_cannot_move": frozenset(),
    "safety_see_professional": frozenset(),
    "safety_exercise_over": frozenset(),
    "safety_dull_anywhere": frozenset(),
    "safety_sharp_anywhere": frozenset(),
    "safety_offer_go_on": frozenset(),
    "safety_offer_rest": frozenset(),
    "safety_rest": frozenset(),
    "safety_taken_back": frozenset(),
    "safety_stop_unasked": frozenset(),
}
"""Every prompt of a language, with the blanks its text may use."""


@dataclass(frozen=True)
class Phrases:
    """One language's prompts.

    Attributes:
        language: language code, such as "en".
        prompts: for each key of `PROMPTS` its lines, each with `{blank}` fields.
        names: how people call what is asked about by name.
    """

    language: str
    prompts: Mapping[str, tuple[str, ...]]
    names: Mapping[Command, str] = field(default_factory=dict)

    def lines(self, key: str, **blanks: object) -> tuple[str, ...]:
        """Return a prompt's lines with its blanks filled."""
        return tuple(line.format(**blanks) for line in self.prompts[key])

    def sided(self, lines: tuple[str, ...], side: Side | None) -> tuple[str, ...]:
        """Return a routine's lines with `{side}` and `{other_side}` filled."""
        if side is None:
            return lines
        other = Side.RIGHT if side is Side.LEFT else Side.LEFT
        return tuple(line.format(side=self.side(side), other_side=self.side(other)) for line in lines)

    def side(self, side: Side) -> str:
        """Return the word for a side."""
        return self.prompts[f"side_{side.value}"][0]
