/** Of which hosts a moment is not kept any more, or never came here. */
export interface Unkept {
  /** Their names. */
  hosts: string[];
  /** The oldest moment of which all of them have something, in seconds since 1970 on the page's clock. */
  from: number;
}
