"""What stands in the way of a marriage registration: each obstacle by its name, with the article it rests on."""

from __future__ import annotations

from typing import ClassVar

from shared.kernel.errors import JsonValue, Refusal


class Obstacle(Refusal):
    """不能办理结婚登记

    Base of everything that stands in the way; ``article`` is what it rests on.
    """

    article: ClassVar[str]

    def __init__(self, detail: str | None = None, *, field: str | None = None, **facts: JsonValue) -> None:
        super().__init__(detail, rule=self.article, field=field, **facts)


class NotBothInPerson(Obstacle):
    """双方未共同到场申请"""

    article = "民法典 第一千零四十九条"


class NotOneManAndOneWoman(Obstacle):
    """结婚登记须为一男一女"""

    article = "民法典 第一千零四十六条"


class UnderMarriageableAge(Obstacle):
    """未达到法定结婚年龄"""

    article = "民法典 第一千零四十七条"


class NotVoluntary(Obstacle):
    """非双方自愿"""

    article = "民法典 第一千零四十六条"


class AlreadyMarried(Obstacle):
    """一方或者双方已有配偶"""

    article = "民法典 第一千零四十二条"


class MaritalStatusUnknown(Obstacle):
    """婚姻状况尚未核实"""

    article = "国务院令第804号（婚姻状况联网核对）"


class IdentityNotConfirmed(Obstacle):
    """身份信息与核验结果不符"""

    article = "国务院令第804号（身份联网核对）"


class IdentityUnknown(Obstacle):
    """身份信息尚未核实"""

    article = "国务院令第804号（身份联网核对）"


class ProhibitedKinship(Obstacle):
    """属于直系血亲或者三代以内旁系血亲"""

    article = "民法典 第一千零四十八条"


class DeclarationNotSigned(Obstacle):
    """未签署无配偶及无禁止结婚亲属关系的声明"""

    article = "国务院令第804号 第八条"


class JointPhotoMissing(Obstacle):
    """缺少双方近期合影照片"""

    article = "国务院令第804号（办理材料）"


class OfficeNotCompetent(Obstacle):
    """该登记机关无权办理"""

    article = "国务院令第804号 第二条"


class NotDivorcedBefore(Obstacle):
    """复婚登记须双方均为离婚状态"""

    article = "民法典 第一千零八十三条"


class EffectBeforeConditionsMet(Obstacle):
    """补办登记的效力起始日不早于双方均符合结婚条件之日，也不晚于今日"""

    article = "民法典婚姻家庭编解释（一） 第六条"


class TraffickingSuspected(Obstacle):
    """疑似被拐卖、绑架的，暂不办理，登记机关已须立即向有关部门报告"""

    article = "国务院令第804号（疑似被拐卖、绑架妇女的报告）"


class UnitCertificateMissing(Obstacle):
    """现役军人未提交所在单位出具的证明"""

    article = "婚姻登记工作规范（现役军人）"
