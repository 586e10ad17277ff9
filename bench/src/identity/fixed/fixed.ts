/** Whom the server takes everybody for. */
export interface Fixed {
  readonly env: Readonly<Record<string, string>>;
  readonly principal: string;
  readonly tenant: string;
}
