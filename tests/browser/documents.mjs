// Small invented articles for the report: gold and prediction, each as text with entities in brackets.

const articles = [
  {
    publisher: "Nordsund Tidende",
    gold: "[PERSON Ida Lund] of [ORG Nordsund Energi] said in [LOC Ålby] that [COUNTRY Norway] “had broken its word”.",
    predicted: "[PERSON Ida Lund] of [ORG Nordsund] Energi said in [LOC Ålby] that [LOC Norway] “had broken its word”.",
    type: "accusation",
    found: "accusation",
    speaker: ["Ida Lund", "Ida Lund"],
    attribution: [
      ["Ida Lund of Nordsund Energi", "said", "that Norway “had broken its word”"],
      ["Nordsund Energi", "said in Ålby", "that Norway “had broken its word”"],
    ],
  },
  {
    publisher: "Nordsund Tidende",
    gold: "👩‍👩‍👧 The [ORG Union of Harbour Workers] called on [ORG Nordsund Port Authority] to return to the table.",
    predicted: "👩‍👩‍👧 The [ORG Union] of [ORG Harbour Workers] called on [ORG Nordsund Port Authority] to return to the table.",
    type: "demand",
    found: "assertion",
    speaker: ["Union of Harbour Workers", "Nordsund Port Authority"],
    attribution: [
      ["The Union of Harbour Workers", "called on", "Nordsund Port Authority to return to the table"],
      ["called on", "", "return to the table"],
    ],
  },
  {
    publisher: "The Kestrel Post",
    gold: "[PERSON Tariq Osei] and [PERSON Mei Lin Chua] denied the report on <img src=x onerror=alert(1)> & more.",
    predicted: "[PERSON Tariq Osei and Mei Lin Chua] denied the report on <img src=x onerror=alert(1)> & [MISC more].",
    type: "denial",
    found: "none",
    speaker: ["Tariq Osei", null],
    attribution: null,
  },
  {
    publisher: "The Kestrel Post",
    gold: "وقالت [PERSON ليلى حداد] إن الميناء سيفتح غدا.",
    predicted: "وقالت ليلى [PERSON حداد] إن الميناء سيفتح غدا.",
    type: "commitment",
    found: "prediction",
  },
  {
    publisher: null,
    gold: "Snow fell on the\n\npass above [LOC Ålby] after the [MISC Kite Days].",
    predicted: "Snow fell on the\n\npass above Ålby after the [MISC Kite Days].",
    type: "none",
    found: "prediction",
    speaker: [null, "Ålby"],
    attribution: null,
  },
];

/** A document of the text with its entities; offsets are code points. */
function annotated(marked) {
  let text = "";
  const entities = [];
  for (const part of marked.split(/(\[[A-Z]+ [^\]]+\])/)) {
    const entity = part.match(/^\[([A-Z]+) ([^\]]+)\]$/);
    const start = [...text].length;
    text += entity ? entity[2] : part;
    if (entity) entities.push({ start, end: [...text].length, label: entity[1] });
  }
  return { text, entities };
}

/** Where words stand in a text; offsets are code points. */
function span(text, words) {
  if (!words) return [];
  const start = [...text.slice(0, text.indexOf(words))].length;
  return [[start, start + [...words].length]];
}

/** The attribution of an article on one side, where it has one. */
function attributions(text, attribution, side) {
  if (!attribution) return [];
  const [source, cue, content] = attribution[side].map((words) => span(text, words));
  return [{ source, cue, content }];
}

export const gold = articles.map(({ publisher, gold, type, speaker, attribution }, index) => {
  const document = annotated(gold);
  const end = [...document.text].length;
  return {
    id: `article <${index + 1}>`,
    meta: publisher ? { publisher } : {},
    ...document,
    attributions: attributions(document.text, attribution, 0),
    sentences: [{
      start: 0, end, claim_type: type, check_worthy: index % 2 === 0, speaker: speaker?.[0],
      quotation: speaker?.[0] ? "indirect" : "none",
    }],
  };
});

export const predicted = articles.map(({ predicted, found, speaker, attribution }, index) => {
  const document = annotated(predicted);
  const end = [...document.text].length;
  document.entities.forEach((entity, place) => (entity.score = 0.95 - 0.13 * place));
  const score = 0.55 + 0.09 * index;
  return {
    id: `article <${index + 1}>`,
    ...document,
    attributions: attributions(document.text, attribution, 1),
    sentences: [{ start: 0, end, claim_type: found, score, check_worthiness: 1 - score, speaker: speaker?.[1] }],
  };
});
