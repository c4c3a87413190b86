/** Version of the package; a test holds it against package.json, which no module can import in a browser. */
export const VERSION = '0.1.0';
