// Photos before they are sent: made small in the browser, so that a telephone sends little. Where that cannot be done the file goes as it is; the
// server draws it anew in any case.

const SIDE = 1600;
/** A file beyond this is not sent. */
export const LARGEST = 12 << 20;

/** A photo as the server takes it: Base64 without a head. */
export async function prepared(file: Blob): Promise<string> {
  return base64(await smaller(file).catch(() => file));
}

/** Sends each photo that was chosen in a field, one after another, and empties the field, so that the same can be chosen again. */
export async function sendChosen(field: HTMLInputElement, send: (photo: string) => Promise<void>): Promise<void> {
  const files = [...(field.files ?? [])];
  field.value = "";
  for (const file of files) await send(await prepared(file));
}

/** A photo of one's own request: asked for with the code, which stands in no address. */
export async function ownPhoto(city: string, photo: number, code: string, signal?: AbortSignal): Promise<Blob> {
  const address = `/api/v1/cities/${encodeURIComponent(city)}/desk/tracking/photos/${photo}`;
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }), ...(signal ? { signal } : {}) });
  if (!answer.ok) throw new Error();
  return answer.blob();
}

async function smaller(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error())), "image/jpeg", 0.85));
}

/** A file's content in Base64, without a head. */
export function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error());
    reader.readAsDataURL(blob);
  });
}
