/** Numbers, durations, times and values as people read them. */

const GROUPED = new Intl.NumberFormat('en');
const ONE_DIGIT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const HEX_ROW_BYTES = 8;
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** What stands where a node told us nothing. */
export const NOTHING = '–';

export function count(number) {
  return Number.isFinite(number) ? GROUPED.format(number) : NOTHING;
}

/** A noun with its number: 1 key, 2 keys. */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** What a node said, ending in a way that another sentence can follow. */
export function sentence(text) {
  const said = String(text ?? 'The node gave no reason');
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}

/** A rate: one decimal while it is small, none when it would only flicker. */
export function rate(perSecond) {
  if (!Number.isFinite(perSecond)) {
    return NOTHING;
  }
  return perSecond < 10 ? ONE_DIGIT.format(perSecond) : GROUPED.format(Math.round(perSecond));
}

export function millis(value) {
  if (!Number.isFinite(value)) {
    return NOTHING;
  }
  return value < 1000 ? `${Math.round(value)} ms` : seconds(value / 1000);
}

export function seconds(value) {
  if (!Number.isFinite(value)) {
    return NOTHING;
  }
  if (value < 60) {
    return `${ONE_DIGIT.format(value)} s`;
  }
  const whole = Math.round(value);
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function bytes(size) {
  if (!Number.isFinite(size)) {
    return NOTHING;
  }
  if (size < 1024) {
    return counted(size, 'byte');
  }
  const kib = size / 1024;
  const mib = kib / 1024;
  if (mib < 1) {
    return `${ONE_DIGIT.format(kib)} KiB`;
  }
  return mib < 1024 ? `${ONE_DIGIT.format(mib)} MiB` : `${ONE_DIGIT.format(mib / 1024)} GiB`;
}

/** A time of day, in the reader's own zone. */
export function timeOfDay(date) {
  return TIME.format(date);
}

/** A day and time of day, in the reader's own zone. */
export function dayAndTime(date) {
  return Number.isNaN(date.getTime()) ? NOTHING : DAY_AND_TIME.format(date);
}

/** A part of 1 as a percentage. */
export function percent(part) {
  return Number.isFinite(part) ? `${Math.round(100 * part)} %` : NOTHING;
}

/** A time to live as the API takes it: a bare number means seconds. */
export function duration(text) {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? `${trimmed}s` : trimmed;
}

/** The patterns of a filter, which some answers give as a list and headers as one line. */
export function patterns(filter) {
  if (Array.isArray(filter)) {
    return filter.map(String);
  }
  return filter ? String(filter).split(',').map((pattern) => pattern.trim()) : [];
}

/** What a node holds when that is not everything: its patterns on one line, else nothing. */
export function partHeld(filter) {
  const held = patterns(filter);
  return held.includes('**') ? '' : held.join(', ');
}

export function isJson(contentType) {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType ?? '');
}

/** The bytes as text, or undefined when they are not text that could be shown or edited. */
export function asText(content) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return UNPRINTABLE.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The same JSON text over several lines. It moves white space and nothing else: parsing and
 * printing again would change numbers of more than 15 digits and drop repeated members.
 */
export function indentJson(text) {
  JSON.parse(text); // throws on what is not JSON, so the rest can trust its shape
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g);
  let depth = 0;
  let out = '';
  tokens.forEach((token, i) => {
    if (token === '{' || token === '[') {
      depth += 1;
      out += /^[\]}]$/.test(tokens[i + 1]) ? token : token + lineBreak(depth);
    } else if (token === '}' || token === ']') {
      depth -= 1;
      out += /^[[{]$/.test(tokens[i - 1]) ? token : lineBreak(depth) + token;
    } else if (token === ',') {
      out += token + lineBreak(depth);
    } else {
      out += token === ':' ? ': ' : token;
    }
  });
  return out;
}

/** Bytes as rows of offset, hexadecimal and printable characters. */
export function hexDump(content) {
  const rows = [];
  for (let offset = 0; offset < content.length; offset += HEX_ROW_BYTES) {
    const row = [...content.subarray(offset, offset + HEX_ROW_BYTES)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const printable = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.'));
    const address = offset.toString(16).padStart(6, '0');
    rows.push(`${address}  ${hex.padEnd(HEX_ROW_BYTES * 3 - 1)}  ${printable.join('')}`);
  }
  return rows.join('\n');
}

/** An event's value on one line, at most this many characters. */
export function preview(event, limitChars) {
  if (event.valueBase64 !== undefined) {
    return `binary, ${bytes(base64Length(event.valueBase64))}`;
  }
  if (event.value === undefined) {
    return '';
  }
  const text = typeof event.value === 'string' ? event.value : JSON.stringify(event.value);
  const line = text.slice(0, limitChars + 1).replace(/\s+/g, ' ');
  return line.length > limitChars ? `${line.slice(0, limitChars)}…` : line;
}

function base64Length(base64) {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return (base64.length / 4) * 3 - padding;
}

function lineBreak(depth) {
  return `\n${'  '.repeat(depth)}`;
}
