/** Version of the package; a test compares it with package.json, which no module can import in a browser. */
export const VERSION = '0.1.0';
