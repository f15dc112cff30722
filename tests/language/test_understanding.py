"""What people say, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.language.pack import load_language
from voiceguide.language.understanding import NOTHING, Meaning, Understanding

EN = load_language("en")
ENGLISH = Understanding(EN)
KOREAN = Understanding(load_language("ko"))
PHRASES = [(command, phrase) for command, said in EN.commands.items() for phrase in said]

SENTENCES = {
    Command.PAIN: [
        "stop, it hurts",
        "my hip hurts when I lean forward",
        "that's burning",
        "I've got a cramp",
        "something pulled",
        "something popped",
        "too much",
        "this is too much",
        "ow",
        "ow that really hurts",
        "help, it hurts",
        "my back is hurting",
        "it hurts here",
        "it's killing me",
        "I feel dizzy",
        "it still hurts",
        "it hurts but not much",
        "no, it hurts",
        "no it hurts",
        "no, my hip hurts",
        "no my hip hurts",
        "I can't, it hurts",
        "don't stop it hurts",
        "it doesn't hurt less",
        "owwww",
        "OUCH!!!",
        "Stop stop stop it hurts",
        "next side it hurts",
        "yes it hurts",
        "yeah it hurts a lot",
        "it won't stop hurting",
        "it hasn't stopped hurting",
        "it doesn't just hurt it burns",
        "it's not that bad but it hurts",
        "I'm not lying it hurts",
        "that doesn't feel right",
        "I think I pulled a muscle",
        "I'm going to faint",
        "it doesn't hurt that much",
        "my knee really hurts",
        "please stop it hurts so much",
        "No. Pain!",
        "it hertz",
        "it doesn't hurt on the left but it hurts on the right",
        "the left doesn't hurt the right hurts",
        "I can't take it any more",
        "oh my god that hurts",
        "okay it hurts now",
        "not really, it hurts",
        "not really it hurts",
        "never mind it hurts",
        "it hurts when I don't move",
        "I have pain in my hip",
        "I'm in a lot of pain",
        "hurts",
        "Hurting",
        "my left hip is sore",
        "I don't know, it just hurts",
        "nothing helps, it hurts",
        "wait, ow",
        "I feel sick",
        "something is wrong",
        "I can't breathe",
        "I fell",
        "there was a snap, something snapped in my knee",
        "it hurts less than before but it still hurts",
    ],
    Command.SHARP: [
        "it's sharp",
        "sharp pain",
        "no, sharp pain",
        "it's really sharp",
        "it feels like a sharp stab",
        "I feel a stabbing in my hip",
        "it's throbbing",
        "a sharp pain in my groin",
        "it hurts and it's sharp",
        "it is not dull, it's sharp",
        "no pain? yes. Sharp pain.",
    ],
    Command.SHOOTING: [
        "it's shooting down my leg",
        "shooting pain",
        "down my leg",
        "it goes all the way down to my foot",
        "pain is going down my leg",
        "like an electric shock",
        "it radiates into my foot",
        "it shoots into my foot",
    ],
    Command.NUMB: [
        "my leg's gone numb",
        "I can't feel my foot",
        "I have pins and needles in my foot",
        "my toes are tingling",
        "it's going numb",
        "my foot fell asleep",
        "it's numb",
    ],
    Command.WORSE: [
        "it's getting worse",
        "the pain is getting worse",
        "it hurts more now",
        "it is worse than before",
        "my back got worse",
        "it keeps getting worse",
    ],
    Command.CANNOT_MOVE: [
        "I can't move",
        "I can't get up",
        "help, I can't move my leg",
        "I cannot move",
        "I am stuck",
        "my back locked up",
        "I can not get up",
    ],
    Command.DULL: [
        "it's a dull ache",
        "a dull pain",
        "my back aches",
        "just a mild ache",
    ],
    Command.NO_PAIN: [
        "no pain",
        "no pain any more",
        "it doesn't hurt",
        "it does not hurt at all",
        "that doesn't hurt any more",
        "nothing hurts",
        "it's not painful",
        "I'm fine",
        "the pain is gone",
        "there's no pain",
        "it no longer hurts",
        "false alarm",
        "it was a false alarm",
        "my hip doesn't hurt",
    ],
    Command.UNSURE: [
        "it hurts less now",
        "not really",
        "a little bit",
        "a bit",
        "I'm not sure",
        "it's hurting less now",
        "not too bad",
    ],
    Command.NO: [
        "no it's fine",
        "nope",
        "no thanks",
        "no thank you",
        "no it doesn't hurt",
        "no not at all",
        "no, I'm fine",
    ],
    None: [
        "I'll stop by the shop next week",
        "without pain",
        "pain relief",
        "will it hurt",
        "if anything hurts",
        "he fell asleep",
        "the bus stop",
        "the next side of the story",
        "I told her to continue the work tomorrow",
        "I took a pain killer",
        "don't hurt me",
        "she hurt my feelings",
        "it wouldn't hurt to try",
        "we could go to the beach next weekend",
        "no sharp pain and no numbness at all there today",
        "blue cheese",
        "",
        "...",
        "please",
        "I don't feel any pain or numbness today",
        "it used to hurt",
        "tell me if it hurts",
        "the knife has a sharp edge",
        "what a dull movie",
        "the weather is getting worse",
        "did you stop at the light",
        "I would never stop",
        "let's see what's next on the telly",
        "there is a sharp corner",
        "shooting a film is fun",
        "my wife is in the kitchen",
        "the weekend",
        "it's not sharp",
        "it isn't getting worse",
        "I'm stuck in traffic",
        "left",
        "right",
        "I think my neighbour is at the door",
        "we were talking about the next holiday",
        "yesterday I had to wait for an hour at the station",
        "my son plays the piano louder than anyone I know",
    ],
    Command.STOP: [
        "stop",
        "stop stop",
        "stop it now",
        "please stop this",
        "I'm done",
        "that's enough",
        "stop the music",
        "no, stop",
        "okay stop please",
        "can you stop",
        "stop now please",
        "enough",
        "I can't do this any more",
        "this is too hard",
        "stop, next side",
        "I'm finished",
        "stooop",
        "STOP!",
        "stop right now",
    ],
    Command.SAY_AGAIN: [
        "what did you say",
        "sorry?",
        "pardon",
        "say that again",
        "I didn't catch that",
        "what was that",
        "sorry what did you say",
    ],
    Command.PAUSE: [
        "hang on",
        "give me a second",
        "give me a minute please",
        "wait",
        "just a moment",
        "hold on a second",
        "I'm not ready",
        "not yet",
        "okay wait",
        "can we pause for a moment",
    ],
    Command.RESUME: [
        "don't stop",
        "keep going",
        "continue",
        "okay let's continue",
        "go on please",
        "I don't want to stop",
    ],
    Command.LOUDER: [
        "turn it up",
        "can you speak louder please",
        "louder",
        "I can't hear you",
    ],
    Command.QUIETER: [
        "turn it down",
        "too loud",
        "a bit quieter please",
    ],
    Command.HOW_LONG: [
        "how many more",
        "how much is left",
        "how much longer",
        "okay how long is it now",
    ],
    Command.READY: [
        "I'm all set",
        "I'm ready now",
        "okay I'm ready",
        "all set",
        "ready",
    ],
    Command.START: [
        "let's go",
        "start",
        "okay start please",
        "I'd like to start the session",
        "let us begin",
    ],
    Command.SLOWER: [
        "too fast",
        "not so fast",
        "slow down a bit",
        "slower",
    ],
    Command.FASTER: [
        "too slow",
        "speed up please",
    ],
    Command.YES: [
        "yeah",
        "yep",
        "okay",
        "oh yes please",
        "yes yes",
        "it does",
        "ok",
        "yes, it does.",
        "sure thanks",
    ],
    Command.LEFT_SIDE: [
        "left side please",
        "the left side",
        "okay left side",
        "can we do my left leg",
        "left leg",
    ],
    Command.RIGHT_SIDE: [
        "right side please",
        "now the right side",
        "let's start with the right",
        "right leg",
    ],
    Command.NEXT_SIDE: [
        "other leg",
        "okay next side please",
        "can we do the other side",
        "switch sides",
        "the other side please",
    ],
    Command.HELP: [
        "what should I do",
        "help",
        "help me please",
    ],
    Command.WHATS_NEXT: [
        "what's next",
        "What is next?",
        "whats next",
    ],
    Command.REST: [
        "I need to rest",
        "I'm tired",
        "let me rest",
    ],
    Command.NEXT: [
        "next",
        "okay next please",
        "move on",
        "next exercise please",
    ],
    Command.SKIP: [
        "skip this one please",
        "I don't want to do this exercise",
        "can we skip that one",
    ],
    Command.REPEAT: [
        "once more",
        "one more time please",
        "again",
    ],
    Command.WHY: [
        "why are we doing this",
        "what's this for",
    ],
}


def test_what_is_said_is_understood() -> None:
    meant = {text: command for command, texts in SENTENCES.items() for text in texts}
    understood = {text: ENGLISH.of(text).command for text in meant}
    assert understood == meant


def test_the_table_is_long_enough() -> None:
    assert sum(map(len, SENTENCES.values())) > 250


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Next side, please!", Meaning(Command.NEXT_SIDE, "next side", whole=True)),
        ("okay can we do the other side", Meaning(Command.NEXT_SIDE, "do the other side", whole=True)),
        ("What\N{RIGHT SINGLE QUOTATION MARK}s next?", Meaning(Command.WHATS_NEXT, "what is next", whole=True)),
        ("yes yes", Meaning(Command.YES, "yes", whole=True)),
        ("no, keep going", Meaning(Command.NO, "no", whole=False)),
        ("next side, no, stop", Meaning(Command.STOP, "stop", whole=False)),
        ("please stop the music", Meaning(Command.STOP, "stop", whole=False)),
        ("stop, it hurts", Meaning(Command.PAIN, "it hurts", whole=False)),
        ("oh, it hurts", Meaning(Command.PAIN, "it hurts", whole=True)),
        ("my left knee hurts when I kneel", Meaning(Command.PAIN, "hurts", whole=False)),
        ("it hurts, a sharp pain", Meaning(Command.SHARP, "a sharp pain", whole=False)),
        ("half-way there, 10 more", NOTHING),
        ("", NOTHING),
    ],
)
def test_the_words_that_led_to_it_are_told(text: str, meaning: Meaning) -> None:
    assert ENGLISH.of(text) == meaning


def test_what_is_not_possible_is_passed_over_but_pain_never_is() -> None:
    possible = frozenset({Command.RESUME, Command.NO_PAIN})
    assert ENGLISH.of("no, keep going", possible).command is Command.RESUME
    assert ENGLISH.of("next side", possible) == NOTHING
    assert ENGLISH.of("stop", possible) == NOTHING
    assert ENGLISH.of("stop that now", possible) == NOTHING
    assert ENGLISH.of("next side, it hurts", possible).command is Command.PAIN
    assert ENGLISH.of("down my leg", frozenset()).command is Command.SHOOTING


def test_of_two_meanings_the_possible_one_counts() -> None:
    assert ENGLISH.of("my left hip").command is Command.LEFT_SIDE
    assert ENGLISH.of("my left hip", frozenset({Command.SOMEWHERE})).command is Command.SOMEWHERE


def test_only_whole_texts_are_whole() -> None:
    assert ENGLISH.whole("okay, start please") is Command.START
    assert ENGLISH.whole("start, no, stop") is None
    assert ENGLISH.whole("my hip hurts when I lean forward") is None


@pytest.mark.parametrize("text", ["it hurts", "ow", "I feel dizzy", "my leg is numb"])
def test_long_talk_is_looked_through_for_pain_and_nothing_else(text: str) -> None:
    talk = "and then we went on to the next one and back again and so on " * 20
    assert ENGLISH.of(talk) == NOTHING
    assert ENGLISH.of(talk + text).command in PAIN_FAMILY


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("음 다시 말해줘", Command.SAY_AGAIN),
        ("그럼 왼쪽 운동 부탁해요", Command.LEFT_SIDE),
        ("허리가 너무 아파요", Command.PAIN),
        ("이제 안 아파", Command.NO_PAIN),
        ("여기 하나도 안 아파요", None),
        ("안 아프다가 지금 아파", Command.PAIN),
        ("오늘 날씨가 좋네", None),
    ],
)
def test_korean(text: str, command: Command | None) -> None:
    assert KOREAN.of(text).command is command


def test_no_phrase_but_one_of_pain_reports_pain() -> None:
    wrong = [phrase for command, phrase in PHRASES if ENGLISH.whole(phrase) is not command]
    assert wrong == []


@given(st.text())
def test_any_text_means_something_or_nothing(text: str) -> None:
    meaning = ENGLISH.of(text)
    assert (meaning.command is None) == (meaning == NOTHING)
    assert KOREAN.of(text) == KOREAN.of(text)


@given(st.lists(st.sampled_from(sorted({word for _, phrase in PHRASES for word in phrase.split()})), max_size=12))
def test_any_words_mean_what_is_possible(words: list[str]) -> None:
    possible = frozenset({Command.YES, Command.NO})
    assert ENGLISH.of(" ".join(words), possible).command in {None, *possible, *PAIN_FAMILY}


_before = st.lists(st.sampled_from(EN.fillers.before), max_size=3)
_after = st.lists(st.sampled_from(EN.fillers.after), max_size=3)


@settings(max_examples=300)
@given(_before, st.sampled_from(PHRASES), _after)
def test_fillers_change_nothing(before: list[str], said: tuple[Command, str], after: list[str]) -> None:
    command, phrase = said
    assert ENGLISH.whole(" ".join([*before, phrase, *after])) is command


@settings(max_examples=300)
@given(st.sampled_from(PHRASES), st.sampled_from(["{} it hurts", "it hurts {}", "{}, it hurts!", "It hurts. {}"]))
def test_pain_beside_any_phrase_is_pain(said: tuple[Command, str], sentence: str) -> None:
    assert ENGLISH.of(sentence.format(said[1])).command in PAIN_FAMILY


@given(st.sampled_from(PHRASES))
def test_spelling_does_not_matter(said: tuple[Command, str]) -> None:
    command, phrase = said
    for text in (phrase.upper(), f"  {phrase}?!", phrase.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")):
        assert ENGLISH.whole(text) is command
    assert ENGLISH.whole(phrase.replace("'", "")) is command
