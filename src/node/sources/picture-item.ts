/** A picture file, wherever it lies: on the disk, in an archive. */

export interface PictureItem {
  /** What a person calls it: a path inside the folder or archive. */
  readonly id: string;
  readonly label: string | null;
  /** Changes when the file changes: size and time, or a checksum. */
  readonly stamp: string;
  readonly size: number;
  read(): Promise<Uint8Array>;
}
