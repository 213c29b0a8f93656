"""Which titles offices and programs give to the columns that the schema declares. Folded: no marks, no case, no signs."""

from __future__ import annotations

from geo_planner.schema import LAYERS, Layer

POSITION = {
    "lon": r"(toa do )?(kinh do|long|lon|lng|longitude)( e| dong)?",
    "lat": r"(toa do )?(vi do|lat|latitude)( n| bac)?",
    "x": r"(toa do )?(x|x coord|coord x|northing|toa do bac)|(point )?x",
    "y": r"(toa do )?(y|y coord|coord y|easting|toa do dong)|(point )?y",
    "position": r"(vi tri )?toa do( gps| dia ly| vi tri| nha van hoa| trung tam( thon| ban)?| tram)?|gps|coordinates?|lat ?long?|toa do kinh vi do|kinh vi do|(toa do )?(kinh do vi do|vi do kinh do)",
}
_OF_THE_PLACE = {
    "villages": r"( (diem )?(trung tam )?(thon|ban|thon ban|nha van hoa|nvh|diem dan cu))?",
    "sites": r"( (tram|cot|site|bts|nha tram|tram bts))?",
    "candidates": r"( (diem|vi tri|tram|cot|site))?",
}
"""What may stand behind a coordinate and change nothing: "Kinh độ trạm" is the mast's own in a list of masts, and no village's."""
COMMUNE = {
    "commune_code": r"ma (don vi hanh chinh|dvhc)( cap)? xa( moi)?|ma (xa|phuong|xa phuong)( moi| hien nay)?|(new )?commune code",
    "former_commune_code": r"ma (xa|phuong|xa phuong|dvhc)( cap xa)? (cu|truoc sap nhap)|former commune code|old commune code",
    "commune": r"((ten|thuoc) )?(xa|xa phuong|phuong xa|xa phuong thi tran|xa p tt|xa thi tran|don vi hanh chinh( cap)? xa|dvhc cap xa)( moi| hien nay| sau sap nhap| sau 1 7 2025)*|(new )?commune( name)?|ward",
    "former_commune": r"(ten )?(xa|xa phuong|xa phuong thi tran) (cu|truoc( day| khi)?( sap nhap)?|truoc 1 7 2025|truoc ngay 1 7 2025)|(former|old) commune( name)?",
    "district": r"(ten )?(huyen|quan huyen|huyen thi xa|huyen tp|huyen thanh pho|huyen thi|huyen thi xa thanh pho)( cu| truoc sap nhap)?|(former |old )?district( name)?",
    "former_place": r"xa huyen( cu)?|xa cu huyen cu|(xa|thon ban xa) huyen truoc( khi)? sap nhap|dia chi cu",
}
_SHARED = {"is_sample": r"(du lieu )?mau|sample", "source": r"nguon( so lieu| du lieu| tai lieu)?|data source"}
_SYNONYMS: dict[str, dict[str, str]] = {
    "villages": {
        "village_id": r"(ma|ma so|ma dinh danh|id|code) (thon|ban|thon ban|ban thon|diem|khu dan cu|to dan pho)|village (id|code)",
        "name": r"(ten )?(thon|ban|thon ban|ban thon|to dan pho|tdp|khu dan cu|khu pho|buon|lang|ap|xom|phum|soc|thon ban to dan pho|thon ban tdp|thon ban khu pho|thon xom|diem dan cu|cum dan cu)( lom song| trang song| chua co song)?|ten|(village|hamlet|settlement)( name)?|name|ten diem|diem (trang|lom) song",
        "households": r"(tong )?(so )?(ho|ho dan|ho gia dinh)( tong so| dan)?|tong so ho( dan)?|(number of )?households|hh",
        "population": r"(tong )?(so )?(khau|nhan khau|nguoi|dan)|dan so|population|tong (so )?nhan khau",
        "poor_households": r"(so |tong so )?ho ngheo|poor( households)?",
        "near_poor_households": r"(so |tong so )?ho can ngheo|near poor( households)?",
        "grid_power": r"(tinh trang |hien trang |da )?(co )?dien( luoi)?( quoc gia)?( co chua| co khong)?|dien luoi (quoc gia )?(co|chua|khong|du kien)[a-z ]*|grid( power)?|electricity|power",
        "road_access": r"(hien trang |tinh trang )?(duong|giao thong|duong giao thong|duong den (ban|thon|trung tam))( di lai)?( o to xe may di bo)?|road( access)?|access",
        "extremely_difficult": r"(thon |ban |thon ban )?(dbkk|dac biet kho khan)( qd [a-z0-9 ]*)?|extremely difficult( village)?",
        "settlement_radius_m": r"ban kinh( dan cu| khu dan cu)?|settlement radius|radius",
        "school_site": r"(co )?(diem truong|truong hoc|truong)|school( site)?",
        "health_post": r"(co )?(tram y te|diem y te|y te)|health (post|station|centre|center)",
        "declared_status": r"((hien trang|tinh trang|trang thai|muc do) )?(phu )?song( di dong| dien thoai| vien thong)?|(hien trang|tinh trang) phu song[a-z ]*|(trang|lom) song( (trang|lom) song)?|signal( status)?|coverage|declared signal",
        "status_date": r"ngay (khai bao|khao sat|cap nhat|ra soat|thong ke|bao cao)|thoi diem (khao sat|ra soat|cap nhat)|survey date|date",
        "position_quality": r"(chat luong|do chinh xac)( vi tri| toa do)|cach xac dinh (vi tri|toa do)|position quality",
    },
    "sites": {
        "site_id": r"(ma|ma so|id) (tram|site|vi tri|tram bts|bts|cot)|site( id| code)?|station id|ma nha tram",
        "cell_id": r"(ma|id|ten) (cell|o|cell id)|cell( id| name)?|ci|eci",
        "name": r"(ten )?(tram|tram bts|bts|nha tram|vi tri)|(site|station) name|name|ten",
        "status": r"(tinh trang|trang thai|hien trang)( tram| hoat dong)?|site status|status",
        "operator": r"nha mang|doanh nghiep( vien thong)?|mang|don vi( quan ly| chu quan)?|operator",
        "technology": r"cong nghe|tech(nology)?|the he|rat",
        "freq_mhz": r"(tan so|bang tan)|freq(uency)?|band|freq mhz",
        "bandwidth_mhz": r"bang thong|do rong( bang( tan)?| kenh)|bandwidth|bw",
        "mast_height_m": r"(do cao|chieu cao)( cot| ang ten| anten| cot ang ten| cot anten| treo anten| treo ang ten)?|(antenna|mast|tower) height|height",
        "tx_power_dbm": r"cong suat( phat)?( toi da)?|(max )?tx power|(max )?transmit power|power dbm",
        "antenna_gain_dbi": r"(do loi|do tang ich|tang ich|he so khuech dai)( ang ten| anten)?|(antenna )?gain",
        "losses_db": r"(ton hao|suy hao|tieu hao)( feeder| phi do)?|loss(es)?",
        "azimuth_deg": r"(goc )?(phuong vi|huong|azimuth)( ang ten| anten)?",
        "tilt_deg": r"(goc )?(ngang|tilt|ngang xuong|cup)( tong)?|(total )?(down ?)?tilt",
        "backhaul": r"truyen dan|backhaul|transmission",
        "power": r"nguon( dien)?|power( supply)?",
    },
    "measurements": {
        "measurement_id": r"(ma|id|stt) (mau|mau do|phep do|do)|(measurement|sample|test) id",
        "time": r"thoi (diem|gian)( do)?|ngay( gio)? do|ngay gio|(date ?)?time( ?stamp)?|date|datetime|utc time|(measured|measurement|recorded|created|logged|captured|sampled|report|collected) ?(at|on|time|date)|(device|phone|gps|gnss|fix|local|system|sys|log|event|sample|test|unix|epoch|utc|loc|location) ?(date ?)?time( ?stamp)?( ?(ms|millis|milliseconds|s|sec|seconds|utc|iso))?|(time ?stamp|time|epoch|unix)( ?(ms|millis|milliseconds|s|sec|seconds|utc|iso))|epoch|thoi gian (may|thiet bi|gps|ghi)",
        "operator": r"nha mang|mang|operator ?(name|code)?|carrier|network operator|network|isp|sim operator|plmn( ?id)?|mcc ?mnc",
        "technology": r"cong nghe( mang)?|loai mang|(network ?)?tech(nology)?|network type|rat|radio",
        "freq_mhz": r"bang tan|tan so|freq(uency)?( mhz)?|band",
        "site_id": r"ma tram|site( id)?|enb( id)?|enodeb( id)?|node( id)?",
        "rsrp_dbm": r"((cuong do|muc|muc thu|gia tri)( song| tin hieu)? )?rsrp|(lte |nr )?(ss )?rsrp( dbm)?|level",
        "rsrq_db": r"(lte |nr )?(ss )?rsrq( db)?|qual",
        "sinr_db": r"(lte |nr )?(ss )?(sinr|snr|rssnr)( db)?",
        "no_service": r"(mat|khong co) song|no service|out of service",
        "accuracy_m": r"(sai so|do chinh xac)( vi tri| gps)?|(gps |position |location )?accuracy",
        "speed_kmh": r"(toc do|van toc)( di chuyen)?|(gps )?speed",
        "device": r"(thiet bi|may do|dien thoai|may)( do)?|device( ?(model|name))?|phone|model",
    },
    "candidates": {},
}  # fmt: skip
SIGNAL_LEVELS = r"(cuong do |muc |do manh )?(tin hieu|cuong do tin hieu|muc thu|song|thu)|(signal|level) ?(strength|level)?|(lte ?|nr ?)?rssi|rx ?lev(el)?|rscp|asu"
"""Titles of levels that may or may not be RSRP: RSSI lies some 20 dB above it."""
COUNTERS = {"stt", "tt", "so tt", "so thu tu", "thu tu", "no", "fid", "ogc fid", "objectid"}
"""Columns that only count the rows; they are left out."""
OTHER_TITLES = (
    "so ho dan toc", "so ho dtts", "so ho dong bao dan toc", "so ho co dien", "so ho chua co dien", "so ho co song", "so ho dung dien thoai", "so ho kha",
    "so ho moi thoat ngheo", "so ho thoat ngheo", "so ho tai ngheo", "so ho gia dinh chinh sach", "ho dan toc", "ty le ho ngheo", "ty le ho can ngheo", "tong dien tich", "tong so thon",
    "tong so ban", "tong so tram", "tong so nu", "tong so tre em", "so nguoi ngheo", "so nguoi dan toc", "so dan toc", "so dien thoai", "dien tich", "dien thoai", "duong kinh",
    "ten truong", "ten tinh", "ten huyen moi", "ten chu ho", "ten truong ban", "ten nguoi khai", "khoang cach", "kinh te", "ma truong", "ma tinh", "ngay sinh", "ngay lap", "truong ban",
    "do cao dia hinh", "do cao mat dat", "do cao so voi muc nuoc bien", "cao do", "tan suat", "cong trinh", "nguon nuoc", "toa do x", "toa do y",
)  # fmt: skip
"""Titles of offices that are none of the layers' columns: what may be one of them is not certain."""

POINT_LAYERS: dict[str, Layer] = {name: layer for name, layer in LAYERS.items() if layer.importable and layer.geometry == "point"}
_SHAPES = {"line": ("LineString", "MultiLineString"), "area": ("Polygon", "MultiPolygon")}
SHAPE_LAYERS: dict[str, tuple[str, ...]] = {
    name: _SHAPES[layer.geometry] for name, layer in LAYERS.items() if layer.importable and layer.geometry in _SHAPES
}


def patterns(layer: str) -> dict[str, str]:
    """Target column to a regular expression over folded titles; a target's own name and titles always belong to it."""
    own = _SYNONYMS["sites"] if layer == "candidates" else _SYNONYMS[layer]
    declared = {column.name for column in POINT_LAYERS[layer].columns}
    place = {} if layer == "measurements" else COMMUNE
    behind = _OF_THE_PLACE.get(layer, "")
    position = {
        target: rf"(?:{pattern}){behind}" if target in ("lon", "lat", "x", "y") else pattern for target, pattern in POSITION.items()
    }
    return {
        target: pattern
        for target, pattern in {**position, **place, **_SHARED, **own}.items()
        if target in declared or target in POSITION or target in COMMUNE
    }
