/** The version of this server, as the manifest and the logs tell it. Kept equal to package.json by a test. */
export const VERSION = '0.1.0';
