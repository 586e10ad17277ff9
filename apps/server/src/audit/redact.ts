import type { AuditEvent, Detail } from './audit.ts';

/** Longest string, most entries of an array or object, deepest nesting in a record: a record is not a place for payloads. */
const CHARS = 1_000;
const ENTRIES = 100;
const DEPTH = 5;

/** Names whose values never belong into a record, whatever they are (ojs-security §11.3). */
const FORBIDDEN =
  /^(args|authorization|cookie|password|passwd|secret|secrets|token|access_token|refresh_token|private_key|api_key_secret|recovery_codes?|totp|otp|hash|salt)$/i;

/** Texts that look like credentials, and what stands for them. */
const CREDENTIALS: readonly [looks: RegExp, instead: string][] = [
  [/ojs_(prod|work|oper|admin|client|reg)_([0-9A-Za-z]*?)([0-9A-Za-z]{0,4})_[0-9A-Za-z]+/g, 'ojs_$1_…$3'],
  [/\b(bearer|basic|digest)\s+(?!ojs_[a-z]+_…)[A-Za-z0-9+/=._~-]{8,}/gi, '$1 …'],
  [/\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*/g, 'eyJ…'],
  [/otpauth:\/\/\S*/gi, 'otpauth://…'],
  [/\b[0-9](-[a-z2-7]{5}){4}\b/g, '…'],
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(-----END [A-Z0-9 ]+-----|$)/g, '-----BEGIN …'],
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1…@'],
];

/** The text without what looks like a credential, and not longer than a record may be. */
export function redactText(text: string): string {
  // Cut before, so that the search is bounded; and after, so that no cut hides half a credential from it.
  const bounded = text.slice(0, 2 * CHARS);
  const clean = CREDENTIALS.reduce((rest, [looks, instead]) => rest.replace(looks, instead), bounded);
  return text.length > bounded.length || clean.length > CHARS ? `${clean.slice(0, CHARS)}…` : clean;
}

/** The last check before a record is written: whatever a caller put in by mistake, no credential and no payload leaves. */
export function redactEvent(event: AuditEvent): AuditEvent {
  return {
    event_type: redactText(event.event_type),
    principal: redactText(event.principal),
    source_ip: redactText(event.source_ip),
    correlation_id: redactText(event.correlation_id),
    tenant: redactText(event.tenant),
    outcome: event.outcome,
    detail: redactObject(event.detail, 0),
  };
}

function redact(value: Detail, depth: number): Detail {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth >= DEPTH) return '…';
  if (isArray(value)) return value.slice(0, ENTRIES).map((each) => redact(each, depth + 1));
  return redactObject(value, depth + 1);
}

function redactObject(value: { readonly [name: string]: Detail }, depth: number): { [name: string]: Detail } {
  const entries = Object.entries(value).slice(0, ENTRIES);
  return Object.fromEntries(
    entries.map(([name, inner]) => [redactText(name), FORBIDDEN.test(name) ? '…' : redact(inner, depth)]),
  );
}

const isArray = (value: Detail): value is readonly Detail[] => Array.isArray(value);
