/** The DER of each block with this label in a PEM text (RFC 7468); what is between the blocks says nothing. */
export function derOf(pem: string, label: string): Buffer[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Buffer[] = [];
  for (let at = pem.indexOf(begin); at >= 0; at = pem.indexOf(begin, at)) {
    const to = pem.indexOf(end, at);
    // A block that was cut off is still something that was meant to be there: what reads it will say that it is broken.
    blocks.push(Buffer.from(pem.slice(at + begin.length, to < 0 ? undefined : to), 'base64'));
    at = to < 0 ? pem.length : to;
  }
  return blocks;
}
