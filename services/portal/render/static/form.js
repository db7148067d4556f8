// The form in the browser: saves the draft while somebody types, warns, fills, walks. Without JavaScript the form does everything itself.

import { choose } from "./form/differences.js";
import { Draft } from "./form/draft.js";
import { Fields } from "./form/fields.js";
import { filter, keys } from "./form/keys.js";
import { LocalCopies, removeCopies } from "./form/local.js";
import { Bar, button, element, time } from "./form/page.js";
import { Pasting } from "./form/paste.js";
import { Readings } from "./form/readings.js";
import { Session } from "./form/session.js";
import { States } from "./form/states.js";

const LOGIN = "/dang-nhap";

function start(form) {
  const { draft: address, version, form: opened, person = "" } = form.dataset;
  const fields = new Fields(form), bar = new Bar(form.closest("main"));
  const local = new LocalCopies(person, new URL(form.action).pathname, opened);
  const draft = new Draft(fields, local, { address, version, form: opened });
  const states = new States(draft, bar);
  const session = new Session(bar, person);
  const changed = (names) => { names.forEach((name) => states.touch(name)); draft.typed(); };

  form.addEventListener("input", ({ target }) => { if (fields.byName.has(target.name)) changed([target.name]); });
  form.addEventListener("focusout", () => soon());
  form.addEventListener("change", () => soon());
  const soon = async () => { if (draft.changed().length && !draft.failures) { await session.looking; draft.save(); } };
  keys(form, async () => { if (await draft.retry()) bar.say(`Đã lưu bản nháp, chưa gửi. ${bar.state.textContent}.`); });
  filter(form, bar);
  new Pasting(fields, bar, `${address.replace(/nhap$/, "")}doc-thu`, changed);
  new Readings(draft, bar, changed);
  guard(form, draft, bar);
  troubles(draft, bar, fields, session, local);
  offer(draft, bar, fields, local, changed);
  states.show();
  if (draft.changed().length) draft.typed();
}

/** What happens when the page is left, or the form is sent: once, and after everything is saved. */
function guard(form, draft, bar) {
  let isSent = false;
  document.addEventListener("visibilitychange", () => { if (document.hidden) draft.leave(); });
  addEventListener("pagehide", () => draft.leave());
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  addEventListener("beforeunload", (event) => { if (!isSent && draft.changed().length) event.preventDefault(); });
  document.querySelector('form[action="/dang-xuat"]')?.addEventListener("submit", () => removeCopies());
  form.addEventListener("submit", async (event) => {
    if (isSent) { if (event.submitter !== isSent) event.preventDefault(); isSent = true; return; }
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    const isSaved = await draft.save();
    await new Promise((done) => { setTimeout(done); });  // a form is not submitted while its own event is dispatched
    form.ariaBusy = "false";
    if (!isSaved) { bar.notice("send", "Chưa thực hiện: nội dung chưa được lưu lên máy chủ. Khi ô trạng thái báo Đã lưu, bấm lại."); return; }
    bar.clear("send");
    if (form.elements.ban) form.elements.ban.value = draft.version;  // the version that this page has seen
    isSent = event.submitter ?? true;
    form.requestSubmit(event.submitter);
  });
}

/** Says why the draft is not saved, and what can be done. */
function troubles(draft, bar, fields, session, local) {
  const file = () => button("Tải nội dung đã gõ", () => download(fields));
  const login = () => element("a", { className: "button", href: LOGIN, target: "_blank", rel: "noopener" }, "Đăng nhập ở cửa sổ mới");
  const again = async () => { if ((await session.look()) === "on") draft.retry(); };
  const show = {
    away: () => bar.notice("draft", "Không kết nối được máy chủ. Nội dung mới lưu trên máy này; hệ thống tự thử lại.", button("Thử lại ngay", () => draft.retry())),
    ended: () => bar.notice("draft", "Phiên làm việc đã kết thúc. Nội dung đã gõ vẫn ở trang này. Đăng nhập ở cửa sổ mới, rồi trở lại đây làm tiếp.", login(), button("Đã đăng nhập, lưu tiếp", again)),
    gone: () => bar.notice("draft", "Bản nháp này đã được gửi hoặc bỏ ở nơi khác nên không lưu thêm được. Tải nội dung đã gõ về máy nếu cần, rồi mở lại biểu.", file(), button("Mở lại biểu", () => location.assign(location.pathname))),
    forbidden: () => bar.notice("draft", "Tài khoản không còn quyền nhập báo cáo này nên bản nháp không lưu được nữa. Có thể tải nội dung đã gõ về máy.", file()),
    large: () => bar.notice("draft", "Nội dung quá dài nên không lưu được. Rút gọn rồi thử lại.", button("Thử lại", () => draft.retry()), file()),
    waiting: ({ said = {} }) => bar.notice("draft", said.message_vi ?? said.detail ?? "Bản nháp đang chờ duyệt gửi. Nội dung vừa nhập chưa được lưu.", button("Mở lại biểu", () => location.assign(location.pathname)), file()),
    refused: ({ said = {} }) => bar.notice("draft", said.message_vi ?? said.detail ?? "Máy chủ không nhận bản nháp này. Tải nội dung đã gõ về máy rồi mở lại biểu.", button("Thử lại", () => draft.retry()), file()),
  };
  draft.addEventListener("trouble", ({ detail }) => show[draft.trouble]?.(detail));
  draft.addEventListener("state", () => {
    if (!draft.trouble) bar.clear("draft");
    if (draft.state === "saved") bar.clear("send");
  });
  draft.addEventListener("conflict", ({ detail }) => conflict(draft, bar, fields, detail));
  session.addEventListener("session", ({ detail }) => {
    if (detail === "other") { draft.trouble = "other"; bar.notice("draft", "Cửa sổ khác đã đăng nhập bằng tài khoản khác nên trang này ngừng lưu. Đăng nhập lại bằng tài khoản cũ, hoặc tải nội dung đã gõ về máy.", login(), file()); }
    if (detail === "ended" && !draft.trouble) { draft.trouble = "ended"; show.ended(); }
    if (detail === "on" && ["ended", "away", "other"].includes(draft.trouble)) { draft.trouble = ""; local.renew(); draft.retry(); }
  });
}

function conflict(draft, bar, fields, found) {
  const who = found.by || "Cửa sổ khác";
  const open = async () => {
    const words = { title: `${who} đã lưu bản nháp lúc ${time(found.at)}`, why: "Chọn nội dung cần giữ ở từng ô. Nội dung không chọn vẫn còn trong lịch sử bản nháp.", mine: "Ở đây", theirs: who };
    const rows = found.rows.map((row) => ({ ...row, mine: fields.text(row.name) }));  // what is there now
    const chosen = await choose(fields, rows, words);
    if (chosen && (await draft.resolve(found, chosen))) bar.say("Đã lưu lựa chọn.");
  };
  bar.notice("draft", `${who} đã lưu bản nháp này lúc ${time(found.at)}, khác ở ${found.rows.length} ô. Chưa ghi đè gì: xem khác biệt rồi chọn.`, button("Xem khác biệt", open, "main"));
}

/** Offers what a window left behind in this browser. Nothing of it gets into the form unasked. */
async function offer(draft, bar, fields, local, changed) {
  const copies = await local.left();
  const newest = copies.reduceRight((all, { fields: texts }) => ({ ...all, ...texts }), {});
  const differing = () => Object.entries(newest).filter(([name, text]) => fields.byName.has(name) && text !== fields.text(name)).map(([name, text]) => ({ name, mine: text, theirs: fields.text(name) }));
  const count = differing().length;
  if (!count) { local.drop(copies); return; }
  const open = async () => {
    const rows = differing();  // what was typed since is shown too
    const words = { title: "Nội dung chưa lưu lên máy chủ", why: `Gõ trên máy này lúc ${time(copies[0].at)}. Chọn nội dung cần giữ ở từng ô.`, mine: "Trên máy này", theirs: "Trong biểu" };
    const chosen = await choose(fields, rows, words);
    if (!chosen) return;
    const taken = rows.filter(({ name }) => chosen.get(name) === "mine");
    for (const { name, mine } of taken) fields.put(name, mine);
    if (taken.length) changed(taken.map(({ name }) => name));
    draft.keep();
    local.drop(copies);
    bar.clear("local");
  };
  bar.notice("local", `Trên máy này có nội dung gõ lúc ${time(copies[0].at)} chưa lưu lên máy chủ, khác ở ${count} ô.`, button("Xem khác biệt", open, "main"));
}

/** The typed texts as a file, made here: the server need not be there. */
function download(fields) {
  const text = fields.names().filter((name) => fields.text(name)).map((name) => `${fields.label(name)}: ${fields.shown(name, fields.text(name))}`).join("\r\n");
  const link = element("a", { href: URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" })), download: "noi-dung-da-go.txt" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

start(document.querySelector("form[data-draft]"));
