/** What access and identity need of a logger; pino is one. */
export interface AccessLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
