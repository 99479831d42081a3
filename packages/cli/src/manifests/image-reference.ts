/** Lower case words, with what may stand between them: distribution/reference's path-component. */
const WORD = /[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*/.source;
const HOST = /(?:[\w.-]+|\[[\da-fA-F:]+\])(?::\d+)?\//.source;
const REFERENCE = new RegExp(
  `^(?:${HOST})?${WORD}(?:/${WORD})*(?::\\w[\\w.-]{0,127})?(?:@[a-z\\d]+(?:[-_+.][a-z\\d]+)*:[\\da-f]+)?$`,
);

/** Whether a kubelet could pull it: `[host[:port]/]name[/name][:tag][@digest]`. */
export const isImageReference = (text: string): boolean => REFERENCE.test(text);
